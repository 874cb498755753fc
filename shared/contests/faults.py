"""What is wrong in a contest's file: every fault at once, each with its line and key."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from shared.messages.contests import Contest
from shared.records import PLACE, bounded

ARMS, RECIPES, OPTIONS = "arms", "recipes", "options"
KNOWN = {ARMS: ("name", "speaker", "context"), RECIPES: ("name",)}
"""The keys of a paragraph that are no options."""
MOST = 50
"""Of faults that are named one by one."""
SAID = {
    "missing": "is missing",
    "string_type": "is to be text between quotes",
    "string_pattern_mismatch": "is to have 1 to 40 of a-z, 0-9 and + . _ -, a letter or a digit first",
    "extra_forbidden": f"is not known: there are {', '.join(Contest.model_fields)}",
    "too_long": "are too many: {max_length} at most",
    "too_short": "are too few: {min_length} at least",
}
"""Kinds of fault, as pydantic names them, in our words."""
OPTION = "is to be true, false, a finite number, or text of at most 200 characters"
NO_PARAGRAPH: tuple[int | str, int | str] = ("", 0)
"""What stands before the first header."""
_HEADER = re.compile(r"\s*\[\[?\s*([\w.-]+)\s*\]\]?\s*(?:#.*)?")
_LONG_TEXT = ('"""', "'''")


class FaultyContestError(ValueError):
    """`faults`: each is a sentence without its full stop."""

    def __init__(self, name: str, faults: Sequence[str]) -> None:
        super().__init__(f"{name}: {'; '.join(faults)}")
        self.faults = tuple(faults)


def of_schema(error: ValidationError, said: Mapping[str, Any], text: str) -> list[str]:
    """Each fault once, in the order of the file's lines; two of one name, too, which the schema looks at last.

    `said`: what the TOML `text` says.
    """
    found = dict[tuple[int | str, ...], str]()
    for fault in error.errors(include_input=False, include_url=False):
        place = _place(fault["loc"])
        if fault["type"] == "too_short" and said.get(ARMS):
            continue  # there are some, and the others tell what is wrong with them
        found.setdefault(place, f"{_named(place)} {_words(fault)}".strip())
    lines = {place: line_of(text, place) for place in found}
    faults = [
        f"line {lines[place]}: {words}" if lines[place] else words
        for place, words in sorted(found.items(), key=lambda item: lines[item[0]] or 0)
    ]
    faults += [twice for twice in _twice(said) if twice not in faults]
    return faults[:MOST] + ([f"and {len(faults) - MOST} more"] if len(faults) > MOST else [])


def line_of(text: str, place: Sequence[int | str]) -> int | None:
    """The line, from 1, at which a key stands, or the paragraph that lacks it; None where that cannot be told.

    `place`: a key of the contest itself, or a kind of paragraph, which of them from 0, and a key in it.
    """
    if not place or any(mark in text for mark in _LONG_TEXT):
        return None
    paragraph = (place[0], place[1]) if len(place) > 1 else NO_PARAGRAPH
    lines = [(line, written) for line, stands_in, written in _by_paragraph(text) if stands_in == paragraph]
    key = re.compile(rf"\s*[\"']?{re.escape(str(place[-1]))}[\"']?\s*=")
    at_key = next((line for line, written in lines if key.match(written)), None)
    return at_key or (lines[0][0] if lines and paragraph != NO_PARAGRAPH else None)


def _by_paragraph(text: str) -> Iterator[tuple[int, tuple[int | str, int | str], str]]:
    """Each line with its number and the paragraph that it stands in, whose first line is its header."""
    paragraph, count = NO_PARAGRAPH, Counter[str]()
    for line, written in enumerate(text.split("\n"), 1):
        if header := _HEADER.fullmatch(written):
            paragraph = (header[1], count[header[1]])
            count[header[1]] += 1
        yield line, paragraph, written


def _place(loc: tuple[int | str, ...]) -> tuple[int | str, ...]:
    """Which key: an option stands in its paragraph beside the others, whatever kinds of value it was tried as."""
    if OPTIONS in loc[:-1]:
        at = loc.index(OPTIONS)
        return (*loc[:at], loc[at + 1])
    return loc


def _named(place: tuple[int | str, ...]) -> str:
    """As `arms 2, speaker`: paragraphs are counted from 1."""
    parts = [str(part + 1) if isinstance(part, int) else part for part in place]
    return bounded(", ".join(filter(None, [" ".join(parts[:2]), *parts[2:]])), PLACE)


def _words(fault: ErrorDetails) -> str:
    if OPTIONS in fault["loc"][:-1]:
        return OPTION
    known = SAID.get(fault["type"])
    return known.format(**fault.get("ctx", {})) if known else fault["msg"].removeprefix("Value error, ")


def _twice(said: Mapping[str, Any]) -> Iterator[str]:
    """Which the schema looks at only where nothing else is wrong."""
    for kind in (ARMS, RECIPES):
        paragraphs: Any = said.get(kind)
        dicts = [of for of in paragraphs if isinstance(of, dict)] if isinstance(paragraphs, list) else []
        names = [of["name"] for of in dicts if isinstance(of.get("name"), str)]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            yield bounded(f"two {kind} are called {', '.join(twice)}")
