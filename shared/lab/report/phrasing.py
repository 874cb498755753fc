"""How a number is written: shares in per cent, differences in points, always with n and interval, a dash for none."""

from datetime import datetime

from shared.statistics.comparison import Comparison
from shared.statistics.intervals import Interval
from shared.statistics.wording import MINUS, NONE, points


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


def points_between(one: Comparison) -> str:
    """A difference with its limits, for a table."""
    return NONE if one.difference is None else f"{points(one.difference)} ({points(one.low)} to {points(one.high)})"


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
