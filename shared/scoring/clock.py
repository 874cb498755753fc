"""Times of day in a text: 3 pm, 15:00, 3.30 p.m., half past three, noon, 15 Uhr, 15h30."""

from collections.abc import Iterator

import regex

_HOURS = dict(
    zip(
        ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"],
        range(1, 13),
        strict=True,
    )
)
_HOUR = rf"(?:\d{{1,2}}|{'|'.join(_HOURS)})"
_TIME = regex.compile(
    rf"(?<![\d.,:])(?P<hour>{_HOUR})(?:[:.h](?P<minute>\d{{2}}))?\s?"
    r"(?P<half>[ap]\.?\s?m\b\.?|in the (?:morning|afternoon|evening))"
    r"|(?<![\d.,:])(?P<h24>\d{1,2}):(?P<m24>\d{2})(?::\d{2})?(?![\d:])"
    rf"|(?<![\d.,:\w])(?P<huhr>{_HOUR})(?:[:.](?P<muhr>\d{{2}}))?\s?"
    r"(?:uhr|heures?|hours|h(?P<mh>\d{2})?\b|o'clock|\u6642|\u65f6|\u70b9)"
    rf"|\b(?P<part>half|quarter) (?P<side>past|to) (?P<by>{_HOUR})\b"
    r"|\b(?P<named>noon|midday|midnight)\b",
    regex.IGNORECASE,
)


def times(text: str) -> Iterator[tuple[frozenset[int], int, int]]:
    """Each time of a text in minutes from midnight, in all its readings, with its place."""
    for match in _TIME.finditer(text):
        if readings := frozenset(minute for minute in _readings(match) if 0 <= minute <= 1440):
            yield readings, match.start(), match.end()


def _readings(match: "regex.Match[str]") -> Iterator[int]:
    if match["named"]:
        yield 0 if match["named"].casefold() == "midnight" else 720
    elif match["part"]:
        minutes = {"half": 30, "quarter": 15}[match["part"].casefold()]
        at = _hour(match["by"]) * 60 + (minutes if match["side"].casefold() == "past" else -minutes)
        yield from (at % 720, at % 720 + 720)
    elif match["half"]:
        morning = match["half"].casefold().startswith(("a", "in the m"))
        yield _hour(match["hour"]) % 12 * 60 + int(match["minute"] or 0) + (0 if morning else 720)
    else:
        hour, minute = _hour(match["h24"] or match["huhr"]), int(match["m24"] or match["muhr"] or match["mh"] or 0)
        yield hour % 24 * 60 + minute
        if hour < 12 and not (match["h24"] or "x").startswith("0"):
            yield hour * 60 + minute + 720


def _hour(said: str) -> int:
    return int(said) if said.isdecimal() else _HOURS[said.casefold()]
