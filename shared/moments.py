"""Reckoning with times of strangers, which may lie at the edges of time: sums stay within the years that there are."""

from datetime import UTC, datetime, timedelta

FIRST, LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


def later(moment: datetime, *, seconds: float = 0.0, milliseconds: float = 0.0) -> datetime:
    """The moment so much after, or before where that is negative; the last or the first one where there is none.

    Raises ValueError for NaN.
    """
    try:
        return moment + timedelta(seconds=seconds, milliseconds=milliseconds)
    except OverflowError:
        return LAST if seconds + milliseconds > 0 else FIRST
