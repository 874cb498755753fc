"""Dense search that does not depend on which copy was asked: what not every copy holds is compared here."""

from collections.abc import Callable, Mapping, Sequence

from services.retriever.held import Held
from shared.scope import Scope
from shared.stored import Candidate, ChunkKey, ChunkSearch, Passage, Vector

TRIES, DEEPER = 3, 4


class Completing:
    """Implements ChunkSearch. Of documents that are held here, what is held counts, and not what a copy says."""

    def __init__(self, chunks: ChunkSearch, held: Callable[[], Held]) -> None:
        self._chunks = chunks
        self._held = held

    def nearest(self, vector: Vector, *, limit: int, scope: Scope) -> Sequence[Candidate]:
        """One list of both; asked deeper where chunks of held documents took the places of others."""
        held = self._held()
        if not held.documents:
            return self._chunks.nearest(vector, limit=limit, scope=scope)
        mine = held.nearest(vector, limit=limit, scope=scope)
        merged: list[Candidate] = []
        asked = limit
        for _ in range(TRIES):
            listed = self._chunks.nearest(vector, limit=asked, scope=scope)
            others = [candidate for candidate in listed if candidate.document_id not in held.documents]
            merged = sorted([*others, *mine], key=lambda candidate: -candidate.score)[:limit]
            if len(listed) < asked or is_whole(merged, listed[-1].score, limit):
                break
            asked *= DEEPER
        return merged

    def read(self, places: Sequence[ChunkKey]) -> Mapping[ChunkKey, Passage]:
        return self._chunks.read(places)

    def of_documents(self, document_ids: Sequence[str]) -> Mapping[str, Sequence[Passage]]:
        return self._chunks.of_documents(document_ids)

    def vectors(self, places: Sequence[ChunkKey]) -> Mapping[ChunkKey, Vector]:
        return self._chunks.vectors(places)


def is_whole(merged: Sequence[Candidate], lowest: float, limit: int) -> bool:
    """Whether nothing below the lowest that was listed could belong to the best `limit`."""
    return len(merged) == limit and merged[-1].score >= lowest
