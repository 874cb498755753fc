"""The newest of what strangers send, within a number and a size of memory."""

from collections.abc import Callable
from typing import Any, Generic, TypeVar

T = TypeVar("T")
MEASURE, SLACK = 2, 20
"""Bytes in memory for a byte on the topic, about; and the part by which there may be too many for a while."""


class Kept(Generic[T]):
    """By name; where there are too many, or too many bytes, those go that come first by `order`. One thread writes."""

    def __init__(self, most: int, most_bytes: int, order: Callable[[T], Any]) -> None:
        self._most, self._most_bytes, self._order = most, most_bytes, order
        self._held: dict[str, T] = {}
        self._sizes: dict[str, int] = {}
        self._bytes = 0

    def __len__(self) -> int:
        return len(self._held)

    def get(self, name: str) -> T | None:
        """None where it is not there, or no longer."""
        return self._held.get(name)

    def values(self) -> list[T]:
        """All of them, as they are now."""
        return [*self._held.values()]

    def pop(self, name: str) -> T | None:
        """Take it out."""
        self._bytes -= self._sizes.pop(name, 0)
        return self._held.pop(name, None)

    def size_of(self, name: str) -> int:
        """In bytes on the topic, as it was told; 0 of what is not there."""
        return self._sizes.get(name, 0) // MEASURE

    def grow(self, name: str, value: T, added_bytes: int) -> None:
        """In place of what had the name, which was so much smaller."""
        self.put(name, value, self.size_of(name) + added_bytes)

    def put(self, name: str, value: T, size_bytes: int) -> None:
        """In place of what had the name."""
        self._bytes += MEASURE * size_bytes - self._sizes.get(name, 0)
        self._held[name], self._sizes[name] = value, MEASURE * size_bytes
        if len(self._held) > self._most + self._most // SLACK or self._bytes > self._most_bytes:
            self._shrink()

    def _shrink(self) -> None:
        """Several at once, so that finding the first ones is not done for each."""
        least = self._most_bytes * (SLACK - 1) // SLACK
        for name in sorted(self._held, key=lambda held: self._order(self._held[held]))[:-1]:
            if len(self._held) <= self._most and self._bytes <= least:
                return
            self.pop(name)
