"""Chunks and exact dense search in memory: the twin of `shared/cassandra/chunks.py`."""

from collections.abc import Sequence

import numpy as np

from shared.messages import DocumentChunked
from shared.records import Effect
from shared.stored import ChunkHit, Scope, StoredRevision, Vector


class MemoryChunks:
    """Sink of embedder and ChunkSearch of retriever."""

    def __init__(self) -> None:
        self._stored: dict[str, StoredRevision] = {}
        self._waiting: list[StoredRevision] = []

    def write(self, effect: Effect[StoredRevision]) -> None:
        self._waiting.append(effect.outcome)

    def flush(self) -> None:
        for stored in self._waiting:
            known = self._stored.get(stored.chunked.document_id)
            if known is None or known.chunked.revision <= stored.chunked.revision:
                self._stored[stored.chunked.document_id] = stored
        self._waiting.clear()

    def nearest(self, vector: Vector, *, limit: int, scope: Scope) -> Sequence[ChunkHit]:
        hits = [
            _hit(stored.chunked, place, float(np.dot(row, vector)))
            for stored in self._stored.values()
            if _admits(scope, stored.chunked)
            for place, row in enumerate(stored.vectors)
        ]
        return sorted(hits, key=lambda hit: -hit.score)[:limit]


def _admits(scope: Scope, made: DocumentChunked) -> bool:
    return scope.admits(
        source=made.source, tags=made.tags, published_at=made.published_at, first_seen_at=made.first_seen_at
    )


def _hit(made: DocumentChunked, place: int, score: float) -> ChunkHit:
    return ChunkHit(
        document_id=made.document_id,
        position=made.chunks[place].position,
        revision=made.revision,
        title=made.title,
        source=made.source,
        published_at=made.published_at,
        text=made.chunks[place].text,
        score=score,
    )
