"""Long lists in pages."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Paged(Generic[T]):
    """One page of a list. `at`: which, from 1; `count`: of all items; `first`: the number of the first one shown."""

    items: Sequence[T]
    at: int
    pages: int
    count: int
    first: int


def paged(items: Sequence[T], at: int, most: int) -> Paged[T]:
    """The page that is asked for, or the nearest one that there is; at most so many on one."""
    pages = max(1, -(-len(items) // most))
    at = min(max(at, 1), pages)
    start = (at - 1) * most
    return Paged(items[start : start + most], at, pages, len(items), start + 1)
