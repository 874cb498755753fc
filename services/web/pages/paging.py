"""Long lists a page at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Paged(Generic[T]):
    """A page of a list: what it shows, its number and its first entry's, both from 1 on; and how many there are."""

    shown: Sequence[T]
    number: int
    first: int
    pages: int
    entries: int


def paged(entries: Sequence[T], number: int, at_once: int) -> Paged[T]:
    """The page of this number; the nearest one where there is none."""
    pages = max(1, -(-len(entries) // at_once))
    number = min(max(1, number), pages)
    start = (number - 1) * at_once
    return Paged(entries[start : start + at_once], number, start + 1, pages, len(entries))
