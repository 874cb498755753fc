"""How a number is written: shares in per cent, differences in points, always with n and interval, a dash for none."""

from datetime import datetime

from shared.lab.report.scores import CORRECT
from shared.statistics.comparison import Comparison
from shared.statistics.intervals import Interval

NONE = "\N{EN DASH}"
DOES = {CORRECT: "is right", "outdated": "says what later news had made wrong"}
MINUS = "\N{MINUS SIGN}"


def percent(share: float | None) -> str:
    """0.625 as "62.5 %"; a dash where there is no number."""
    return NONE if share is None else f"{100 * share:.1f} %"


def share(found: Interval | None) -> str:
    """A mean with its limits in per cent, for a table: "62.5 (51.0 to 72.9)"; n stands in a column of its own."""
    if found is None or found.mean is None:
        return NONE
    return f"{100 * found.mean:.1f} ({100 * found.low:.1f} to {100 * found.high:.1f})"


def share_of(found: Interval | None, n: int | None = None) -> str:
    """The same with its n, where that is not `n`, which the table says already."""
    return share(found) if found is None or found.mean is None or found.n == n else f"{share(found)}, n = {found.n}"


def count_of(found: Interval | None) -> str:
    """The n of a mean, for a column of its own."""
    return NONE if found is None else str(found.n)


def said_share(found: Interval) -> str:
    """A mean in a sentence."""
    if found.mean is None:
        return "nothing is known (n = 0)"
    return f"{percent(found.mean)} (95 % interval {100 * found.low:.1f} to {100 * found.high:.1f}, n = {found.n})"


def points(value: float | None, *, signed: bool = True) -> str:
    """A difference of shares in points of per cent, with a real minus sign."""
    if value is None:
        return NONE
    rounded = round(100 * value, 1) + 0.0
    return f"{rounded:{'+' if signed and rounded else ''}.1f}".replace("-", MINUS)


def points_between(one: Comparison) -> str:
    """A difference with its limits, for a table."""
    return NONE if one.difference is None else f"{points(one.difference)} ({points(one.low)} to {points(one.high)})"


def p_value(p: float | None) -> str:
    """To three decimals, and never 0."""
    if p is None:
        return NONE
    return "< 0.001" if p < 0.001 else f"{p:.3f}"


def equals_p(p: float | None) -> str:
    """The same behind a `p`."""
    return "p < 0.001" if p is not None and p < 0.001 else f"p = {p_value(p)}"


def milliseconds(value: float | None) -> str:
    """In the unit that reads well."""
    if value is None:
        return NONE
    return f"{value / 1000:,.1f} s" if value >= 1000 else f"{value:.0f} ms"


def plain(value: float | None, digits: int = 1) -> str:
    """With a real minus sign, and none before zero."""
    return NONE if value is None else f"{round(value, digits) + 0.0:,.{digits}f}".replace("-", MINUS)


def moment(at: datetime | None) -> str:
    """To the second, in UTC."""
    return NONE if at is None else f"{at:%Y-%m-%d %H:%M:%S} UTC"


def listed(names: list[str]) -> str:
    """a, b and c."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}" if names else ""


def lead(one: Comparison) -> str:
    """A decided comparison as a clause: who does it more often than whom, by how much and how sure."""
    assert one.difference is not None
    assert one.low is not None
    assert one.high is not None
    more, less = (one.a, one.b) if one.difference > 0 else (one.b, one.a)
    low, high = sorted((abs(one.low), abs(one.high)))
    size = f"{points(abs(one.difference), signed=False)} points"
    sure = f"95 % interval {points(low, signed=False)} to {points(high, signed=False)}"
    numbers = f"{sure}, n = {one.n}, by Holm {equals_p(one.p_holm)}"
    return f"{more} {DOES[one.metric]} more often than {less}, by {size} ({numbers})"


def undecided(one: Comparison) -> str:
    """An undecided comparison as a clause: what was seen, and why it decides nothing."""
    seen = f"{points(one.difference)} points, 95 % interval {points(one.low)} to {points(one.high)}, n = {one.n}"
    return f"{seen}; {_why(one)}"


def _why(one: Comparison) -> str:
    if one.p is not None and one.p_holm is not None and one.p < 0.05:
        if one.p_holm < 0.05:
            return "the test finds a difference, but the interval holds 0"
        ps = f"p = {p_value(one.p)}, by Holm {p_value(one.p_holm)}"
        return f"alone it might count, among all that was compared it does not ({ps})"
    if one.detectable is None:
        return "with fewer than six clusters no difference could have shown"
    return f"only {points(one.detectable, signed=False)} points or more would have shown"
