"""Numbers and times as pages say them."""

from datetime import UTC, datetime, timedelta

LONG_MS = 120_000
_UNITS = (("day", 86_400), ("hour", 3_600), ("minute", 60))


def age(moment: datetime, now: datetime | None = None) -> str:
    """How long ago: 12 seconds ago, 3 minutes ago; `in 2 hours` where clocks differ so far."""
    passed = ((now or datetime.now(UTC)) - moment) / timedelta(seconds=1)
    if abs(passed) < 1:
        return "now"
    said = _span(abs(passed))
    return f"{said} ago" if passed > 0 else f"in {said}"


def _span(seconds: float) -> str:
    for unit, size in _UNITS:
        if seconds >= size:
            return counted(int(seconds // size), unit)
    return counted(int(seconds), "second")


def counted(count: int, what: str) -> str:
    """1 second, 2,000 seconds."""
    return f"{count:,} {what}" + ("" if count == 1 else "s")


def exact(moment: datetime) -> str:
    """To the second, in UTC."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def took(milliseconds: float) -> str:
    """18 ms, 2.4 s, 5 minutes."""
    if round(abs(milliseconds)) < 1_000:
        return f"{milliseconds:.0f} ms"
    if abs(milliseconds) < LONG_MS:
        return f"{milliseconds / 1_000:.1f} s"
    return ("minus " if milliseconds < 0 else "") + _span(abs(milliseconds) / 1_000)


def exact_ms(moment: datetime) -> str:
    """To the millisecond, as brokers tell times, in UTC."""
    utc = moment.astimezone(UTC)
    return f"{utc:%Y-%m-%d %H:%M:%S}.{utc.microsecond // 1_000:03} UTC"
