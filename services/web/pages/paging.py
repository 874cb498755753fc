"""Long lists a page at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Paged(Generic[T]):
    """A page of a list: what it shows, its number from 1 on, and of how many pages and entries it is one."""

    shown: Sequence[T]
    number: int
    pages: int
    entries: int


def paged(entries: Sequence[T], number: int, at_once: int) -> Paged[T]:
    """The page of this number; the nearest one where there is none."""
    pages = max(1, -(-len(entries) // at_once))
    number = min(max(1, number), pages)
    return Paged(entries[(number - 1) * at_once : number * at_once], number, pages, len(entries))
