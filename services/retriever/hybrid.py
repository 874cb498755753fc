"""Hybrid search: dense and sparse asked for the same question, to their whole depth, and fused."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from services.retriever.ports import Ranked, Search, SearchQuery, listed
from shared.scope import Scope

Fuse = Callable[[Sequence[Sequence[Ranked]]], list[Ranked]]


class Hybrid:
    """Fuses what its parts find and keeps all of it, so that rankers see what only one part found.

    The parts search at the same time: while one waits for the store, the other looks into its index.
    """

    def __init__(self, name: str, parts: Sequence[Search], fuse: Fuse) -> None:
        self.name = name
        self._parts = parts
        self._fuse = fuse
        self._beside = ThreadPoolExecutor(len(parts), name)

    def __call__(self, query: SearchQuery, *, limit: int, scope: Scope) -> Sequence[Ranked]:
        searching = [self._beside.submit(part, query, limit=limit, scope=scope) for part in self._parts]
        return listed(self.name, self._fuse([future.result() for future in searching]))
