"""Draws that are the same on every machine and in every version of Python: a hash of a key and a counter."""

from collections.abc import Sequence
from hashlib import sha256
from typing import TypeVar

T = TypeVar("T")
WHOLE = 1_000
"""Chances are whole numbers out of so many."""


class Draw:
    """A stream of draws that belongs to a key; streams of different keys do not disturb each other."""

    def __init__(self, *key: object) -> None:
        self._key = "/".join(map(str, key))
        self._drawn = 0

    def child(self, *key: object) -> "Draw":
        """The stream of a key below this one, whatever was drawn here so far."""
        return Draw(self._key, *key)

    def below(self, limit: int) -> int:
        """A whole number from 0 to limit - 1."""
        self._drawn += 1
        digest = sha256(f"{self._key}#{self._drawn}".encode()).digest()
        return int.from_bytes(digest[:8], "big") % limit

    def between(self, low: int, high: int) -> int:
        """A whole number from low to high, both included."""
        return low + self.below(high - low + 1)

    def chance(self, per_thousand: int) -> bool:
        return self.below(WHOLE) < per_thousand

    def pick(self, options: Sequence[T]) -> T:
        return options[self.below(len(options))]

    def shuffled(self, options: Sequence[T]) -> list[T]:
        """All options in an order of chance."""
        left = list(options)
        return [left.pop(self.below(len(left))) for _ in options]
