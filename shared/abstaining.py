"""Whether a text says no more than that its writer does not know, by the meaning of its sentences.

"The news does not say who won." and "No lo sé." abstain; "Nobody" is an answer, and so is what names somebody and then
says what else is not known. A statement about what others do not know ("Nobody knows why the bell rang.") is one too.
"""

import re
import tomllib
import unicodedata
from functools import lru_cache
from pathlib import Path

import regex

from shared.messages import Answer

VERSION = "2"
LONGEST = 60
"""Words: who does not know says so in fewer."""
_RULES = tomllib.loads((Path(__file__).parent / "abstaining.toml").read_text(encoding="utf-8"))


def _filled(pattern: str) -> str:
    for name, part in _RULES["parts"].items():
        pattern = pattern.replace(f"{{{name}}}", part)
    return pattern


def _beginning(*ways: str) -> "regex.Pattern[str]":
    """Those patterns that begin one of these ways, behind what they have in common; together they take time."""
    patterns = [*map(_filled, _RULES["english"]), *_RULES["others"]]
    chosen = [pattern for pattern in patterns if pattern.startswith(ways or ("^", r"\b")) == bool(ways)]
    return regex.compile(
        "".join(ways) + "(?:" + "|".join(pattern.removeprefix("".join(ways)) for pattern in chosen) + ")"
    )


_AT_THE_START = _beginning("^")
_AT_A_WORD = _beginning(r"\b")
_ANYWHERE = _beginning()
"""In scripts whose words have no spaces between them, or whose marks do not end a word."""
_ALONE = regex.compile(_RULES["alone"])
_ABOUT_NEWS = regex.compile(_filled(_RULES["about_the_news"]))
_SENTENCE = regex.compile(r"(?<=[.!?])\s+|[;\n]+|(?<=[\u3002\uff01\uff1f])|\s[\u2013\u2014-]\s")
_BUT = regex.compile(
    r",?\s(?:but|however|although|though|except|yet)\s|,\s(?:so|therefore|maybe|perhaps|possibly|probably|and)\s|,\s(?=i\s)"
)
_CITATION = regex.compile(r"\s?\[\d{1,3}(?:\s?[,;]\s?\d{1,3})*\]")

EARLY = 60
"""Characters: what comes later in a sentence is said about something else."""


def abstains(text: str) -> bool:
    """True for a text that declines to answer, in any of two dozen languages."""
    if len(text) > LONGEST * 12:
        return False
    shown = _folded(text)
    if len(shown) > LONGEST * 12 or len(shown.split()) > LONGEST:
        return False
    return _abstains(shown)


def declined(answer: Answer) -> bool:
    """Whether an answer abstains, by its status or by what it says."""
    return answer.status == "abstained" or (answer.status == "answered" and abstains(answer.text))


def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFKC", _CITATION.sub("", text)).casefold()
    return plain.replace("\u2019", "'").translate(str.maketrans("", "", '*_`"\u201c\u201d')).strip()


@lru_cache(maxsize=1_024)
def _abstains(shown: str) -> bool:
    bare = shown.strip(" .!()[]")
    if _ALONE.fullmatch(bare):
        return True
    said = [piece for sentence in _SENTENCE.split(shown) for piece in _BUT.split(sentence) if re.search(r"\w", piece)]
    pieces = [re.sub(r"^\W+|[.!?\u3002\uff01\uff1f)\s]+$", "", piece) for piece in said]
    without = [_says_so(piece) for piece in pieces]
    return any(without) and all(
        silent or _ABOUT_NEWS.search(piece) for silent, piece in zip(without, pieces, strict=True)
    )


def _says_so(piece: str) -> bool:
    if _AT_THE_START.match(piece):
        return True
    says = _AT_A_WORD.search(piece)
    if says is None and not piece.isascii():
        says = _ANYWHERE.search(piece)
    return says is not None and says.start() < EARLY
