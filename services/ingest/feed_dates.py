"""When something in a feed was published, as the feed writes it: the right moment, or none.

RFC 822, RFC 3339 and ISO 8601, seconds since 1970, and whatever dateutil reads in one way alone. A day that may also
be a month is no date, and neither is a time in a zone whose abbreviation means several. Zones are read here: dateutil
takes an unknown one for none, and GMT+1 for an hour west of Greenwich.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime

from dateutil import parser

LONGEST = 100
_EPOCH = re.compile(r"[0-9]{10}([0-9]{3})?")
_RFC_822 = re.compile(
    r"([a-z]{3}, ?)?\d{1,2} [a-z]{3} (\d\d|[1-9]\d{3}) \d{1,2}:\d\d(:\d\d)?( [+-]\d{4})?", re.ASCII | re.IGNORECASE
)
_YEAR = re.compile(r"(?<!\d)[1-9]\d{3}", re.ASCII)
_YEAR_FIRST = re.compile(r"\d{4}\D", re.ASCII)
_ISO = re.compile(r"\d{4}-?(?:W\d\d-?\d|\d\d-?\d\d)(?:[T ].*)?", re.ASCII | re.IGNORECASE)
_DAY_WITH_ZONE = re.compile(r"(\d{4}-\d\d-\d\d)(\+\d\d:\d\d|Z)", re.ASCII)  # a date of XML Schema
_TIME = r"\d{1,2}(?::\d\d){1,2}(?:[.,]\d+)?(?: ?[AP]\.?M\b\.?)?"
_ZONE = re.compile(
    rf"(?P<time>{_TIME})(?: ?(?P<name>(?!AD\b)[A-Z]{{1,5}}\b))?(?: ?(?P<offset>[+-]\d{{1,2}}(?::?\d\d)?))?"
    r"(?: ?\((?P<remark>[A-Z .]+)\))?(?P<rest> \d{4})?$",
    re.ASCII | re.IGNORECASE,
)
_NAME_ALONE = re.compile(r"(?<=[\d\s])([A-Z]{1,5})$", re.ASCII | re.IGNORECASE)
_HOURS = {
    "UT": 0, "UTC": 0, "GMT": 0, "Z": 0, "WET": 0, "WEST": 1, "BST": 1, "CET": 1, "MEZ": 1, "CEST": 2, "MESZ": 2,
    "EET": 2, "EEST": 3, "MSK": 3, "SAST": 2, "PKT": 5, "HKT": 8, "SGT": 8, "AWST": 8, "JST": 9, "KST": 9,
    "ACST": 9.5, "ACDT": 10.5, "AEST": 10, "AEDT": 11, "NZST": 12, "NZDT": 13,
    "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7, "AKST": -9, "AKDT": -8,
    "HST": -10, "NST": -3.5, "NDT": -2.5, "BRT": -3,
}  # fmt: skip
"""Hours east of Greenwich: the North American ones as RFC 822 has them, others where news means one zone alone."""


@dataclass(frozen=True)
class PlausibleTimes:
    """From `earliest` on, up to so many hours after now."""

    earliest: datetime = datetime(1990, 1, 1, tzinfo=UTC)
    latest_ahead_hours: float = 48.0

    def __contains__(self, moment: datetime) -> bool:
        return self.earliest <= moment <= datetime.now(UTC) + timedelta(hours=self.latest_ahead_hours)


USUAL = PlausibleTimes()


def moment_of(text: str) -> datetime | None:
    """The moment that a date means, in UTC; without a zone it is read as UTC. None where it means none, or several."""
    written = " ".join(text.split()) if len(text) <= LONGEST else ""
    if _EPOCH.fullmatch(written):
        return datetime.fromtimestamp(int(written[:10]), UTC)
    try:
        written, zone = _with_zone(_DAY_WITH_ZONE.sub(r"\1T00:00\2", written))
        moment = _standard(written) or _only_reading(written)
        return None if moment is None else moment.replace(tzinfo=moment.tzinfo or zone).astimezone(UTC)
    except (ValueError, OverflowError, ArithmeticError, IndexError, TypeError, AttributeError):
        return None  # readers of dates stumble in many ways


def _with_zone(written: str) -> tuple[str, timezone]:
    """The date without its zone, and the zone; ValueError for one that means none, or several.

    A zone stands behind the time: as hours from Greenwich, by its abbreviation, or as both where they agree.
    """
    match = _ZONE.search(written)
    if match is None:
        return _with_name(written)
    name, offset = match["name"] or ("" if match["offset"] else match["remark"] or ""), match["offset"] or ""
    if not name and not offset:
        return written, UTC
    hours = _hours(name) if name else None
    stated = _stated(offset) if offset else hours
    if hours not in (None, 0, stated):
        raise ValueError(f"{name}{offset} says two things")
    return written[: match.end("time")] + (match["rest"] or ""), timezone(timedelta(hours=stated or 0))


def _with_name(written: str) -> tuple[str, timezone]:
    """The same where the time is written in a way of its own, as 0530 or 5 pm."""
    match = _NAME_ALONE.search(written)
    if match is None or match[1].upper() not in _HOURS:
        return written, UTC  # "5 March": the last word is no zone
    return written[: match.start()].rstrip(), timezone(timedelta(hours=_HOURS[match[1].upper()]))


def _hours(name: str) -> float:
    if (hours := _HOURS.get(name.upper())) is None:
        raise ValueError(f"{name} may be several zones")
    return hours


def _stated(offset: str) -> float:
    """Hours east of Greenwich: +5, +05, +0530 or +05:30."""
    digits = offset[1:].replace(":", "")
    hours, minutes = (int(digits[:-2]), int(digits[-2:])) if len(digits) > 2 else (int(digits), 0)
    return (-1 if offset[0] == "-" else 1) * (hours + minutes / 60)


def _standard(written: str) -> datetime | None:
    if _RFC_822.fullmatch(written):
        return parsedate_to_datetime(written)
    try:
        return datetime.fromisoformat(written) if _ISO.fullmatch(written) else None
    except ValueError:
        return None


def _only_reading(written: str) -> datetime | None:
    """What dateutil reads, where nothing is filled in from today and day and month cannot be exchanged."""
    if not _YEAR.search(written):
        return None
    readings = {
        parser.parse(written, default=default, dayfirst=dayfirst, tzinfos=_refuse)
        for default in (datetime(2000, 1, 1), datetime(2003, 2, 2))  # noqa: DTZ001 (a zone is added by the caller)
        for dayfirst in ((False,) if _YEAR_FIRST.match(written) else (True, False))
    }
    return readings.pop() if len(readings) == 1 else None


def _refuse(name: str | None, offset: int | None) -> None:
    """A zone that was not read before it came to dateutil is none that is known."""
    if name is not None or offset is not None:
        raise ValueError(f"{name or offset} stands where no zone does")
