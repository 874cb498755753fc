"""By which words one text differs from another, within a bound of work: strangers write the texts."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

Kind = Literal["same", "added", "gone"]
MOST_STEPS = 4_000
"""Pairs of equal words, of two texts: what difflib looks at grows with them."""
A_BLOCK = 64
"""Words in common for which all others are looked at once, about."""
_WORD = re.compile(r"(\w+(?:[.,'\N{RIGHT SINGLE QUOTATION MARK}-]\w+)*|[^\w\s])(\s*)")


@dataclass(frozen=True)
class Piece:
    """Words that stand together: in both texts, in the second alone (`added`), or in the first alone (`gone`)."""

    kind: Kind
    text: str


@dataclass
class Budget:
    """Steps that are left for all texts of a page together: so the same texts are always marked alike."""

    steps: int

    def take(self, steps: int) -> bool:
        """Whether there are so many; they are gone then."""
        if steps > min(self.steps, MOST_STEPS):
            return False
        self.steps -= steps
        return True


def pieces(first: str, second: str, budget: Budget) -> list[Piece] | None:
    """The second text with what it adds to the first and what it lacks of it, whatever the case of letters.

    None where that would take more steps than there are. Texts without a word in common are all gone and all added.
    """
    one, other = _words(first), _words(second)
    begins, ends = _edges([word for word, _ in one], [word for word, _ in other])
    within = slice(begins, len(one) - ends), slice(begins, len(other) - ends)
    ours, theirs = one[within[0]], other[within[1]]
    if not budget.take(_steps(ours, theirs)):
        return None
    head, tail = other[:begins], other[len(other) - ends :]
    return [*_piece("same", head), *_middle(ours, theirs), *_piece("same", tail)]


def has_words(text: str) -> bool:
    """Whether it is more than signs between words."""
    return any(map(str.isalnum, text))


_Words = list[tuple[str, str]]
"""Each word as it is compared, and as it stands with the space behind it."""


def _words(text: str) -> _Words:
    return [(found[1].casefold(), found[0]) for found in _WORD.finditer(text.strip())]


def _edges(one: Sequence[str], other: Sequence[str]) -> tuple[int, int]:
    """How many words both begin with, and how many of the others both end with."""
    most = min(len(one), len(other))
    begins = next((at for at in range(most) if one[at] != other[at]), most)
    ends = next((at for at in range(most - begins) if one[-1 - at] != other[-1 - at]), most - begins)
    return begins, ends


def _steps(one: _Words, other: _Words) -> int:
    """Each block in common is looked for among all words that are left."""
    counts = Counter(word for word, _ in one)
    pairs = sum(counts[word] for word, _ in other)
    return len(one) + len(other) + pairs + (len(one) + len(other)) * min(pairs, len(one), len(other)) // A_BLOCK


def _middle(one: _Words, other: _Words) -> Iterator[Piece]:
    matcher = SequenceMatcher(None, [word for word, _ in one], [word for word, _ in other], autojunk=False)
    for what, a_from, a_to, b_from, b_to in matcher.get_opcodes():
        if what == "equal":
            yield from _piece("same", other[b_from:b_to])
        else:
            yield from _piece("gone", one[a_from:a_to])
            yield from _piece("added", other[b_from:b_to])


def _piece(kind: Kind, words: _Words) -> Iterator[Piece]:
    if words:
        yield Piece(kind, "".join(text for _, text in words))
