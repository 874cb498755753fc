"""How a number is written: shares in per cent, differences in points, always with n and interval, a dash for none."""

from datetime import datetime
from math import ceil

from shared.statistics.comparison import Comparison
from shared.statistics.intervals import Interval
from shared.statistics.wording import MINUS, NONE, points

MOST_QUESTIONS = 100_000
"""A difference that more questions than this would be needed for is not worth deciding."""


def percent(share: float | None) -> str:
    """0.625 as "62.5 %"; a dash where there is no number."""
    return NONE if share is None else f"{100 * share:.1f} %"


def share(interval: Interval | None) -> str:
    """A mean with its limits in per cent, for a table: "62.5 (51.0 to 72.9)"; n stands in a column of its own."""
    if interval is None or interval.mean is None:
        return NONE
    return f"{100 * interval.mean:.1f} ({100 * interval.low:.1f} to {100 * interval.high:.1f})"


def share_of(interval: Interval | None, n: int | None = None) -> str:
    """The same with its n, where that is not `n`, which the table says already."""
    if interval is None or interval.mean is None or interval.n == n:
        return share(interval)
    return f"{share(interval)}, n = {interval.n}"


def count_of(interval: Interval | None) -> str:
    """The n of a mean, for a column of its own."""
    return NONE if interval is None else str(interval.n)


def said_share(interval: Interval) -> str:
    """A mean in a sentence."""
    if interval.mean is None:
        return "nothing is known (n = 0)"
    limits = f"95 % interval {100 * interval.low:.1f} to {100 * interval.high:.1f}"
    return f"{percent(interval.mean)} ({limits}, n = {interval.n})"


def points_between(comparison: Comparison) -> str:
    """A difference with its limits, for a table."""
    if comparison.difference is None:
        return NONE
    return f"{points(comparison.difference)} ({points(comparison.low)} to {points(comparison.high)})"


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


def counted(n: int, noun: str) -> str:
    """1 question, 2,000 questions."""
    return f"{n:,} {noun}{'' if n == 1 else 's'}"


def forecast(number: int) -> str:
    """To two digits, upwards: a forecast knows no more."""
    step = 10 ** max(0, len(str(number)) - 2)
    return f"{ceil(number / step) * step:,}"
