"""Sparse search: one word index asked for a question's words. Each of the indexes makes one such search."""

from collections.abc import Sequence

from services.retriever.ports import Ranked, SearchQuery, SparseIndex, listed
from shared.scope import Scope


class Sparse:
    """Asks a word index; its name is the index's."""

    def __init__(self, name: str, index: SparseIndex) -> None:
        self.name = name
        self._index = index

    def __call__(self, query: SearchQuery, *, limit: int, scope: Scope) -> Sequence[Ranked]:
        candidates = self._index.search(query.text, limit=limit, scope=scope)
        return listed(self.name, [Ranked(candidate, candidate.score) for candidate in candidates])
