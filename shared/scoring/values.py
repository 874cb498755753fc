"""Where an accepted number, date or time stands in an answer, in whatever form, and what is another one."""

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import lru_cache

import regex

from shared.scoring.amounts import Amount, amounts
from shared.scoring.clock import times
from shared.scoring.cues import PLAIN
from shared.scoring.dates import Readings, placed_dates
from shared.scoring.ranges import COMPARED, LEAD, MARKER, RANGE, bounded
from shared.scoring.tokens import Spoken, cleaned

LONGEST = 100  # characters: who accepts an amount, a date or a time says it in fewer
LARGE = 1_000  # from here on "more than" is said of a round number, which is doubtful and not wrong


@dataclass(frozen=True)
class Span:
    """Characters of the cleaned text, by which rule, whether that is doubtful; not `stated`: as a range or a bound."""

    start: int
    end: int
    rule: str
    doubtful: bool = False
    stated: bool = True


@dataclass(frozen=True)
class Quantity:
    """A reference that is an amount, or several that belong together ("46 minutes 58 seconds")."""

    parts: tuple[Amount, ...]
    compared: str
    ranged: bool


@lru_cache(maxsize=8_192)
def quantity(reference: str) -> Quantity | None:
    """The amount that a reference is, if it is one: it begins with it, and no name follows."""
    text = cleaned(reference)
    if len(text) > LONGEST or regex.search(r"\d0'?s\b", text):
        return None  # a decade
    compared = regex.match(rf"^{COMPARED}\s", text, regex.IGNORECASE)
    lead = (compared.end() if compared else 0) + len((LEAD.match(text[compared.end() if compared else 0 :]) or [""])[0])
    parts = amounts(text)
    if not parts or parts[0].start > lead:
        return None
    behind = text[parts[0].number_end :].strip()
    word = regex.match(r"-?\p{L}+", behind)
    named = word is not None and word[0][:1].isupper() and not parts[0].dimension
    if named or len(behind.split()) > 6 or (parts[0].ordinal and behind):
        return None
    return Quantity(
        parts, compared[0].strip().casefold() if compared else "", bool(RANGE.match(text[parts[0].number_end :]))
    )


@lru_cache(maxsize=8_192)
def date_of(reference: str) -> Readings | None:
    """The date that a reference is, if it is one and nothing more than a weekday beside it."""
    text = cleaned(reference)
    for readings, start, end in placed_dates(text[:LONGEST]):
        if len((text[:start] + text[end:]).split()) <= 2:
            return readings
    return None


@lru_cache(maxsize=8_192)
def time_of(reference: str) -> frozenset[int] | None:
    """The time of day that a reference is, if it is one."""
    text = cleaned(reference)
    for readings, start, end in times(text[:LONGEST]):
        if len((text[:start] + text[end:]).split()) <= 1:
            return readings
    return None


def date_spans(answer: Spoken, wanted: Readings) -> Iterator[Span]:
    """Dates of the answer that say all that is wanted."""
    for readings, start, end in placed_dates(answer.text):
        if any(date.agrees_with(said) for date in wanted for said in readings):
            in_range = RANGE.match(answer.text[end:]) or regex.search(r"\d\s?[-\u2013]$", answer.text[:start])
            yield Span(start, end, "date", len(readings) > 1, stated=not in_range)


def time_spans(answer: Spoken, wanted: frozenset[int]) -> Iterator[Span]:
    """Times of the answer that may be the wanted one."""
    for readings, start, end in times(answer.text):
        if readings & wanted:
            yield Span(start, end, "time", len(readings | wanted) > 1, stated=not RANGE.match(answer.text[end:]))


def amount_spans(answer: Spoken, wanted: Quantity, asked: AbstractSet[str]) -> Iterator[Span]:
    """Amounts of the answer that are the wanted one; one of the thing that was asked for goes before all others."""
    said = [amount for amount in amounts(answer.text) if not MARKER.match(answer.text, amount.start)]
    first = wanted.parts[0]
    of_thing = [amount for amount in said if amount.unit and amount.unit in asked and not first.dimension]
    for number, amount in enumerate(said):
        if of_thing and amount not in of_thing and amount.unit and not first.unit:
            continue
        if len(wanted.parts) > 1:
            if span := _together(answer, said[number:], wanted):
                yield span
        elif (same := _same(first, amount)) is not None:
            yield _stated(answer, amount, wanted, doubtful=same)


def _together(answer: Spoken, said: Sequence[Amount], wanted: Quantity) -> Span | None:
    """Amounts that follow each other as they do in the reference, or as one number of the first one's unit."""
    parts = wanted.parts
    if len(said) >= len(parts) and all(_same(*pair) is not None for pair in zip(parts, said, strict=False)):
        apart = answer.text[said[0].number_end : said[len(parts) - 1].start]
        if len(apart.split()) <= 2 * len(parts):
            return Span(said[0].start, said[len(parts) - 1].end, "amounts")
    low, high = (next(iter(part.values)) for part in parts[:2])
    whole = {low + high} if parts[0].dimension and parts[0].dimension == parts[1].dimension else {low + high / 100}
    if len(parts) == 2 and not wanted.ranged and said[0].values & whole and said[0].unit in (parts[0].unit, ""):
        return Span(said[0].start, said[0].end, "amount")
    return None


def _same(wanted: Amount, said: Amount) -> bool | None:
    """None where the two differ, else whether it is doubtful that they are the same."""
    if wanted.dimension and said.dimension and wanted.dimension != said.dimension:
        return None
    for own, other in ((wanted, said), (said, wanted)):
        if own.dimension and own.dimension != "%" and not other.dimension and other.unit and other.unit not in PLAIN:
            return None
    factorless = _unitless(wanted, said) or _as_share(wanted, said) or _as_share(said, wanted)
    if not factorless and not (wanted.values & said.values or _close(wanted, said)):
        return None
    if wanted.ordinal != said.ordinal and (wanted.ordinal or said.unit):
        return None
    rounded = not factorless and not wanted.values & said.values
    other_noun = bool(wanted.unit and said.unit and wanted.unit[:4] != said.unit[:4])
    return rounded or other_noun or (said.dimension == "%" and not wanted.dimension) or len(said.values) > 1


def _unitless(wanted: Amount, said: Amount) -> bool:
    """Whether the bare numbers are equal where one of the two leaves its unit out."""
    if bool(wanted.dimension) == bool(said.dimension):
        return False
    return bool(_bare(wanted) & _bare(said))


def _as_share(part: Amount, share: Amount) -> bool:
    """Whether one is a part of one, and the other as many per cent."""
    if part.dimension or share.dimension != "%":
        return False
    return any(0 < value < 1 and round(100 * value, 6) in share.values for value in part.values)


def _bare(amount: Amount) -> frozenset[float]:
    return amount.values | (
        frozenset(value / amount.factor for value in amount.values) if amount.factor != 1 else frozenset()
    )


def _close(wanted: Amount, said: Amount) -> bool:
    """Whether an answer in millions is the reference, rounded to what it shows."""
    return (said.scaled or wanted.scaled) and any(
        abs(ours - theirs) <= 0.005 * abs(theirs) for ours in said.values for theirs in wanted.values
    )


def _stated(answer: Spoken, amount: Amount, wanted: Quantity, *, doubtful: bool) -> Span:
    bound, in_range = bounded(answer.text, amount.start, amount.number_end, amount.end)
    bound = bound and not wanted.compared
    stated = not bound and (wanted.ranged or not in_range)
    if bound and not in_range and max(map(abs, amount.values)) >= LARGE * amount.factor:
        return Span(amount.start, amount.end, "amount", doubtful=True)
    return Span(amount.start, amount.end, "amount", doubtful, stated=stated)
