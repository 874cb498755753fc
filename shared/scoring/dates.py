"""Dates in a text, whatever their form: 2025-03-03, 3 March 2025, March 3rd, 3/3/2025, March 2025, 3. marzo 2025."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import import_module

LANGUAGES = ("en", "cs", "da", "de", "es", "fi", "fr", "hr", "it", "nb", "nl", "pl", "pt", "ro", "ru", "sv", "tr", "uk")
_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
_ONES = ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth"]
_ORDINALS = [
    *_ONES, "tenth", "eleventh", "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth",
    "eighteenth", "nineteenth",
    "twentieth", *(f"twenty {name}" for name in _ONES), "thirtieth", "thirty first",
]  # fmt: skip
_YEAR_FIRST = r"(?<!\d)(?P<y1>\d{4})\s?[-/.\u5e74\ub144]\s?(?P<m1>\d{1,2})\s?[-/.\u6708\uc6d4]\s?(?P<d1>\d{1,2})(?!\d)"
_YEAR_LAST = r"(?<!\d)(?P<a2>\d{1,2})[-/.](?P<b2>\d{1,2})[-/.](?P<y2>\d{4})(?!\d)"
_DAY_FIRST = (
    r"(?<![\d.,])(?P<d3>\d{1,2}|ORDINAL)(?:st|nd|rd|th|\.|er|\u00ba)?\s+(?:day\s+)?(?:(?:of|de)\s+)?"
    r"(?P<m3>MONTH)\b\.?(?:,?\s+(?:de\s+)?(?P<y3>\d{4})(?!\d))?"
)
_MONTH_FIRST = (
    r"\b(?P<m4>MONTH)\b\.?\s+(?:the\s+)?(?P<d4>\d{1,2}|ORDINAL)(?:st|nd|rd|th)?(?![\d:]|[.,]\d)"
    r"(?:,?\s+(?P<y4>\d{4})(?!\d))?"
)
_EASTERN = r"(?<!\d)(?P<m6>\d{1,2})\s?[\u6708\uc6d4]\s?(?P<d6>\d{1,2})\s?[\u65e5\uc77c\u53f7]"
_NO_EASTERN_DAY = r"(?<!\d)(?P<y7>\d{4})\s?[\u5e74\ub144]\s?(?P<m7>\d{1,2})\s?[\u6708\uc6d4]"
_NO_DAY = r"\b(?P<m5>MONTH)\b\.?,?\s+(?:de\s+)?(?P<y5>\d{4})(?!\d)"


@dataclass(frozen=True)
class Date:
    """A date as far as it is said: the year or the day may be missing."""

    year: int | None
    month: int
    day: int | None

    def agrees_with(self, other: "Date") -> bool:
        """Whether the other says all that this one says."""
        same_year = self.year is None or self.year == other.year
        return same_year and self.month == other.month and (self.day is None or self.day == other.day)


Readings = frozenset[Date]


def dates(text: str) -> Iterator[Readings]:
    """Each date of a text with all its readings: 3/4/2025 may be in April or in March, and both count.

    Months are those of LANGUAGES by name and usual abbreviation, as the `dateparser` package lists them. What is no
    day of any calendar (31 June) is no date; neither is a year, a weekday or "yesterday".
    """
    for readings, _, _ in placed_dates(text):
        yield readings


def placed_dates(text: str) -> Iterator[tuple[Readings, int, int]]:
    """The same, each with its place in the text; without places of their own where folding changes the length."""
    folded = text.casefold()
    exact = len(folded) == len(text)
    for match in _pattern().finditer(folded):
        if readings := frozenset(reading for reading in _readings(match) if _exists(reading)):
            yield readings, match.start() if exact else 0, match.end() if exact else len(text)


def _readings(match: re.Match[str]) -> Iterator[Date]:
    part = match.groupdict()
    if part["y1"]:
        yield Date(int(part["y1"]), int(part["m1"]), int(part["d1"]))
    elif part["y2"]:
        first, second, year = int(part["a2"]), int(part["b2"]), int(part["y2"])
        yield from (Date(year, second, first), Date(year, first, second))
    elif part["m7"]:
        yield Date(int(part["y7"]), int(part["m7"]), None)
    elif part["m6"]:
        yield Date(None, int(part["m6"]), int(part["d6"]))
    else:
        name = part["m3"] or part["m4"] or part["m5"]
        year_said, day_said = part["y3"] or part["y4"] or part["y5"], part["d3"] or part["d4"]
        for month in _months()[name]:
            yield Date(int(year_said) if year_said else None, month, _day(day_said) if day_said else None)


def _day(said: str) -> int:
    return int(said) if said.isdecimal() else _ORDINALS.index(said.replace("-", " ")) + 1


def _exists(reading: Date) -> bool:
    try:
        date(2000 if reading.year is None else reading.year, reading.month, reading.day or 1)
    except ValueError:
        return False
    return True


@cache
def _months() -> dict[str, frozenset[int]]:
    """Name of a month -> what it can mean: listopad is October in Croatian and November in Polish."""
    months: dict[str, frozenset[int]] = {}
    for language in LANGUAGES:
        known = import_module(f"dateparser.data.date_translation_data.{language}").info
        for number, month in enumerate(_MONTHS, start=1):
            for name in known[month]:
                if len(name) > 2 and name.isalpha():
                    folded = name.casefold()
                    months[folded] = months.get(folded, frozenset()) | {number}
    return months


@cache
def _pattern() -> re.Pattern[str]:
    names = "|".join(sorted(map(re.escape, _months()), key=lambda name: -len(name)))
    ordinals = "|".join(sorted((name.replace(" ", "[ -]") for name in _ORDINALS), key=lambda name: -len(name)))
    forms = f"{_YEAR_FIRST}|{_NO_EASTERN_DAY}|{_EASTERN}|{_YEAR_LAST}|{_DAY_FIRST}|{_MONTH_FIRST}|{_NO_DAY}"
    return re.compile(forms.replace("MONTH", names).replace("ORDINAL", ordinals))
