"""Dense search: the chunks whose vectors are nearest to the question's by cosine."""

from collections.abc import Sequence

from services.retriever.ports import Knowledge, Ranked, SearchQuery, listed
from services.retriever.settings import RetrieverSettings
from shared.scope import Scope
from shared.stored import ChunkSearch


class Dense:
    """Asks the vector index, which scores its candidates exactly."""

    name = "dense"

    def __init__(self, chunks: ChunkSearch) -> None:
        self._chunks = chunks

    def __call__(self, query: SearchQuery, *, limit: int, scope: Scope) -> Sequence[Ranked]:
        candidates = self._chunks.nearest(query.vector, limit=limit, scope=scope)
        return listed(self.name, [Ranked(candidate, candidate.score) for candidate in candidates])


def build(knowledge: Knowledge, _: RetrieverSettings) -> Dense:
    """Dense search over the stored vectors."""
    return Dense(knowledge.chunks)
