"""Names, numbers and dates in a text, found by rules alone.

The rules know languages that write names with capitals, and the dates of English; of others they find numbers.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from services.generator import evidence

Kind = Literal["entity", "number", "date"]
_MONTH = (
    "(?:January|February|March|April|May|June|July|August|September|October|November|December)"  # also a day's name
)
_DAY = "(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
_DATE = re.compile(
    rf"\b(?:\d{{1,2}} {_MONTH}(?: \d{{4}})?|{_MONTH} \d{{1,2}}(?:, \d{{4}})?|{_MONTH}(?: \d{{4}})?|{_DAY}"
    rf"|\d{{4}}-\d{{2}}-\d{{2}})\b"
)
_NUMBER = re.compile(r"(?<![\w.,:-])\d+(?:[.,:]\d+)*(?: (?:hundred|thousand|million|billion))?(?![\w-])")
_CAPITAL = r"[^\W\d_a-zß-öø-ÿ][\w\u2019'-]*[^\W\d_]"
_FIRM = "(?: and (?:Co|Company|Sons?|Daughters?|Brothers|Bros|Partners|Associates))?"
_ENTITY = re.compile(rf"\b{_CAPITAL}(?: (?:(?:of|the|de|van|von|der|la|al|&) )?{_CAPITAL})*{_FIRM}\b")


@dataclass(frozen=True)
class Mention:
    """Something that a sentence says, and where in it."""

    kind: Kind
    text: str
    start: int

    @property
    def end(self) -> int:
        return self.start + len(self.text)


def mentions(sentence: str) -> list[Mention]:
    """Those of one sentence in their order, none within another; dates go before numbers, numbers before names."""
    disjoint: list[Mention] = []
    for mention in (*_of("date", _DATE, sentence), *_of("number", _NUMBER, sentence), *_entities(sentence)):
        if all(mention.end <= other.start or other.end <= mention.start for other in disjoint):
            disjoint.append(mention)
    return sorted(disjoint, key=lambda mention: mention.start)


def _of(kind: Kind, pattern: re.Pattern[str], sentence: str) -> Iterator[Mention]:
    return (Mention(kind, match.group(), match.start()) for match in pattern.finditer(sentence))


def _entities(sentence: str) -> Iterator[Mention]:
    """Runs of capitalised words; the word that a sentence or a quotation opens with is a name only in a longer run."""
    for match in _ENTITY.finditer(sentence):
        text, start = match.group(), match.start()
        opens = start == 0 or sentence[:start].rstrip(" ").endswith(('"', "“", "'", ":"))
        first, _, rest = text.partition(" ")
        if opens and not (rest and evidence.stems(first)):
            text, start = rest, start + len(first) + 1
        if text and not text.startswith(("of ", "the ", "de ", "van ", "von ", "der ", "la ", "al ", "& ")):
            yield Mention("entity", text, start)
