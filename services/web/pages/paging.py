"""Long lists, part by part: one shape for templates and for programs, and one parameter of addresses."""

from collections.abc import Callable, Sequence
from typing import Annotated, Generic, TypeVar

from fastapi import Query
from pydantic import BaseModel, ConfigDict

T = TypeVar("T")
U = TypeVar("U")
AT_ONCE, PAGE = 20, "page"
"""Items of a list on one page, whoever reads it, and what addresses call the page."""
AtPage = Annotated[
    int, Query(alias=PAGE, description=f"of the list, {AT_ONCE} items each, from 1 on; beyond the last: the last")
]


class Paged(BaseModel, Generic[T]):
    """One page of a list. `page`: which, from 1; `pages`: how many there are, at least 1; `count`: of all items."""

    model_config = ConfigDict(frozen=True)
    items: Sequence[T]
    page: int
    pages: int
    count: int

    @property
    def first(self) -> int:
        """The number of the first item that is shown, among all from 1."""
        return (self.page - 1) * AT_ONCE + 1

    def of(self, told: Callable[[T], U]) -> "Paged[U]":
        """The same page with something made of each item."""
        return Paged(items=tuple(map(told, self.items)), page=self.page, pages=self.pages, count=self.count)


def paged(items: Sequence[T], at: int) -> Paged[T]:
    """The page that is asked for, or the nearest one that there is."""
    pages = max(1, -(-len(items) // AT_ONCE))
    at = min(max(at, 1), pages)
    start = (at - 1) * AT_ONCE
    return Paged(items=tuple(items[start : start + AT_ONCE]), page=at, pages=pages, count=len(items))
