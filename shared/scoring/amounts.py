"""Amounts in an answer: how much of what, with sign, scale and unit, in digits or in words, and where they stand."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

import regex

from shared.scoring.spelt import CJK, COUNTING, OTHERS, SPELT, cjk, value
from shared.scoring.tokens import cleaned
from shared.scoring.units import SCALES, known_unit

_DIGITS = r"\d+(?:[.,'\u00a0\u202f\u2009\u066b\u066c]\d+)*(?:(?<=(?<!\d)\d{1,3}) \d{3}(?!\d))*"
_NUMBER = (
    rf"(?P<digits>{_DIGITS})(?:\s?(?P<over>\d*)\u2044(?P<under>\d+)|/(?P<slash>\d+)(?![\d/])|\s(?P<mixed>\d{{1,2}}/\d{{1,2}})(?![\d/]))?"
    rf"|{SPELT}|(?P<cjk>{CJK}(?=[\p{{Han}}\p{{Hiragana}}\p{{Katakana}}]|$))"
)
_SCALE = "|".join(sorted(map(regex.escape, SCALES), key=len, reverse=True))
_DASH, _LEADING, _NEGATIVE = r"(?<![\w.,)\d])[-+]", r"(?=[\d$€£¥₹])", r"\b(?:minus|negative)\s"
_SYMBOL = r"(?P<symbol>(?:US|A|C|HK|NZ)?\$|[€£¥₹₽₩₺]|\b(?:usd|eur|gbp|jpy|chf|rs\.?)\s)?\s?"
_AMOUNT = regex.compile(
    rf"(?P<sign>{_DASH}{_LEADING}|{_NEGATIVE})?{_SYMBOL}(?<![\p{{L}}\d_]|\d[.,:])(?:{_NUMBER})"
    rf"(?P<ordinal>(?:st|nd|rd|th|er|ème|º|ª)\b)?(?:[\s-]?(?P<scale>{_SCALE})(?![\p{{L}}]))?"
    r"(?P<tight>(?<=\d)[kmb]\b)?"
    r"(?:[\s-]?(?P<unit>%|‰|°\s?[CFK]?|[$€£¥₹₽₩₺]|\p{L}[\p{L}\p{M}]*(?:\.\p{L}\.?)?(?:²|³)?)"
    r"(?:\s(?P<unit2>\p{L}+))?)?",
    regex.IGNORECASE,
    others=OTHERS,
)
_WORD = regex.compile(r"\d+|[^\W\d_]+(?:'[^\W\d_]+)?")
_LEAD = regex.compile(rf"(?:{_DASH}|{_NEGATIVE})?(?<!\w){_SYMBOL}(?:(?:an?|half a)\s)?$", regex.IGNORECASE)
LONGEST_LEAD = 24
"""Characters of a sign, a currency and an article before a number."""
_LETTERS = {"k": 1e3, "m": 1e6, "b": 1e9}
_ROUND_YEAR, _OF_YEARS = regex.compile(r"\d{3}0"), regex.compile(r"'?s\b")
_UNPOINTED, _NO_DIGIT = regex.compile(r"[^\d.,]"), regex.compile(r"\D")
_GROUPED = regex.compile(r"^\d{1,3}(?:[,.' \u00a0\u202f\u2009\u066c]\d{3})+$|^\d{1,2}(?:,\d{2})+,\d{3}$")


@dataclass(frozen=True)
class Amount:
    """`values`: what it can mean (1.234 may be a thousand and more); `unit`: canonical where it is known, else a noun.

    `dimension` is "" for a noun, `factor` what one
    unit is of it. `scaled`: said with a word such as million, and so perhaps rounded.
    """

    values: frozenset[float]
    unit: str
    dimension: str
    factor: float
    ordinal: bool
    scaled: bool
    start: int
    number_end: int
    end: int


@lru_cache(maxsize=1_024)
def amounts(text: str) -> tuple[Amount, ...]:
    """Every amount of a text, in order; places are those in the cleaned text."""
    return tuple(_amounts(cleaned(text)))


def _amounts(text: str) -> Iterator[Amount]:
    place = 0
    while match := _next(text, place):
        amount = _read(match)
        if amount is not None:
            yield amount
        place = max(amount.end if amount else _number_end(match), match.start() + 1)


def _next(text: str, place: int) -> "regex.Match[str] | None":
    """The next amount; in ASCII it is tried only where there is a digit or a word for a number, which takes less."""
    if not text.isascii():
        countless = COUNTING.isdisjoint(_WORD.findall(text.casefold())) and not any(map(str.isnumeric, text))
        return None if countless else _AMOUNT.search(text, place)
    for word in _WORD.finditer(text, place):
        if word[0][0].isdigit() or word[0].lower() in COUNTING:
            lead = _LEAD.search(text, max(place, word.start() - LONGEST_LEAD), word.start())
            if match := (lead and _AMOUNT.match(text, lead.start())) or _AMOUNT.match(text, word.start()):
                return match
    return None


def _number_end(match: "regex.Match[str]") -> int:
    names = ("digits", "under", "slash", "mixed", "fraction", "english", "nth", "other", "cjk", "ordinal", "scale")
    ends: int = max(match.end("tight") if _tight(match) else -1, *(match.end(name) for name in names))
    return ends


def _tight(match: "regex.Match[str]") -> float | None:
    """5k is five thousand, and $5m five million; 5m are metres."""
    letter = (match["tight"] or "").casefold()
    counted = match["unit"] and match["unit"].casefold() not in (
        "long",
        "wide",
        "high",
        "deep",
        "tall",
        "away",
        "in",
        "and",
        "to",
    )
    return _LETTERS[letter] if letter and (letter == "k" or match["symbol"] or counted) else None


def _read(match: "regex.Match[str]") -> Amount | None:
    values = _values(match)
    if not values or _is_decade(match):
        return None
    if match["tight"] and match["tight"].casefold() == "m" and not _tight(match):
        values |= {number * 1e6 for number in values}  # or metres
    scale = SCALES[match["scale"].casefold()] if match["scale"] else _tight(match) or 1.0
    sign = -1.0 if match["sign"] and match["sign"].strip().casefold() != "+" else 1.0
    unit, dimension, factor, end = _unit(match)
    start = match.start("sign") if match["sign"] else match.start("symbol") if match["symbol"] else _start(match)
    return Amount(
        frozenset(round(sign * number * scale * factor, 9) for number in values),
        unit, dimension, factor, bool(match["ordinal"] or match["nth"]), bool(match["scale"]), start,
        _number_end(match), end,
    )  # fmt: skip


def _is_decade(match: "regex.Match[str]") -> bool:
    """The 1990s are no number."""
    behind = match.string[match.end("digits") :][:3].casefold() if match["digits"] else ""
    return _ROUND_YEAR.fullmatch(match["digits"] or "") is not None and _OF_YEARS.match(behind) is not None


def _start(match: "regex.Match[str]") -> int:
    first: int = min(
        start for name in ("digits", "fraction", "english", "nth", "other", "cjk") if (start := match.start(name)) >= 0
    )
    return first


def _unit(match: "regex.Match[str]") -> tuple[str, str, float, int]:
    """Canonical unit, its dimension, its factor, and where it ends."""
    if match["symbol"] and (known := known_unit(match["symbol"])):
        return known.name, known.dimension, 1.0, _number_end(match)
    if match["tight"] and not _tight(match) and (known := known_unit(match["tight"])):
        return known.name, known.dimension, known.factor, match.end("tight")
    for said, end in ((f"{match['unit'] or ''} {match['unit2'] or ''}", match.end("unit2")),
                      (match["unit"] or "", match.end("unit"))):  # fmt: skip
        if end >= 0 and (known := known_unit(said)):
            return known.name, known.dimension, known.factor, end
    return (match["unit"] or "").casefold(), "", 1.0, _number_end(match)


def _values(match: "regex.Match[str]") -> set[float]:
    if (spelt := value(match)) is not None:
        return {spelt}
    if match["cjk"]:
        return {cjk(match["cjk"])}
    return _fraction(match) or {number for number in _digits(match["digits"] or "") if math.isfinite(number)}


def _fraction(match: "regex.Match[str]") -> set[float]:
    if match["mixed"] and match["digits"].isdecimal() and not match["mixed"].endswith("/0"):
        return {float(int(match["digits"]) + Fraction(match["mixed"]))}
    under = match["under"] or match["slash"]
    if not under or not float(under) or not match["digits"].isdecimal():
        return set()
    whole, over = (match["digits"], match["over"]) if match["over"] else ("0", match["digits"])
    if match["under"] and not match["over"] and len(over) > 1 and int(over[-1]) < int(under):
        whole, over = over[:-1], over[-1]  # a half behind a digit is 1/2 behind it in its compatible form
    return {float(whole) + float(over) / float(under)}


def _digits(written: str) -> set[float]:
    """3.5, 3,5, 1,234, 1.234.567, 12,34,567, 1 000: what digits with separators can mean."""
    plain = _UNPOINTED.sub("", written)
    readings = set[float]()
    if _GROUPED.match(written):
        readings.add(float(_NO_DIGIT.sub("", written)))
    if plain.count(".") + plain.count(",") == 1 and not (readings and "," in plain):
        readings.add(float(plain.replace(",", ".")))
    elif "." in plain and "," in plain:
        last = max(plain.rfind("."), plain.rfind(","))
        readings.add(float(_NO_DIGIT.sub("", plain[:last]) + "." + plain[last + 1 :]))
    elif plain.isdecimal():
        readings.add(float(plain))
    return readings
