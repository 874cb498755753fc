"""Hybrid search: dense and sparse asked for the same question, to their whole depth, and fused."""

from collections.abc import Callable, Sequence

from services.retriever.ports import Asked, Ranked, Search, listed
from shared.scope import Scope

Fuse = Callable[[Sequence[Sequence[Ranked]]], list[Ranked]]


class Hybrid:
    """Fuses what its parts find and keeps all of it, so that rankers see what only one part found."""

    def __init__(self, name: str, parts: Sequence[Search], fuse: Fuse) -> None:
        self.name = name
        self._parts = parts
        self._fuse = fuse

    def __call__(self, asked: Asked, *, limit: int, scope: Scope) -> Sequence[Ranked]:
        found = [part(asked, limit=limit, scope=scope) for part in self._parts]
        return listed(self.name, self._fuse(found))
