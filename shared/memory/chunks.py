"""Chunks and exact dense search in memory: the twin of `shared/cassandra/chunks.py`."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from shared.copies import Placed
from shared.records import Effect
from shared.retention import FOREVER, Retention
from shared.scope import Scope
from shared.stored import Candidate, ChunkKey, Passage, StoredRevision, Vector


class MemoryChunks:
    """Sink of embedder and CopiedChunks of retriever; there is one copy."""

    copies = 1

    def __init__(self, keep: Retention = FOREVER) -> None:
        self._keep = keep
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

    def nearest(self, vector: Vector, *, limit: int, scope: Scope) -> Sequence[Candidate]:
        hits = [
            Candidate(
                chunked.document_id,
                chunked.chunks[number].position,
                chunked.revision,
                chunked.published_at,
                float(score),
            )
            for stored in self._kept()
            if scope.admits(chunked := stored.chunked) and chunked.chunks
            for number, score in enumerate(np.dot(stored.vectors, vector))
        ]
        return sorted(hits, key=lambda hit: -hit.score)[:limit]

    def read(self, places: Sequence[ChunkKey]) -> Mapping[ChunkKey, Passage]:
        there = self.of_documents([document_id for document_id, _ in places])
        standing = {passage.place: passage for passages in there.values() for passage in passages}
        return {place: standing[place] for place in places if place in standing}

    def of_documents(self, document_ids: Sequence[str]) -> Mapping[str, Sequence[Passage]]:
        kept = {stored.chunked.document_id: stored for stored in self._kept()}
        return {name: kept[name].passages if name in kept else [] for name in document_ids}

    def everywhere(self, document_ids: Sequence[str]) -> frozenset[str]:
        return frozenset(document_ids)

    def with_vectors(self, document_ids: Sequence[str]) -> Mapping[str, Sequence[Placed]]:
        kept = {stored.chunked.document_id: stored for stored in self._kept()}
        return {
            name: list(zip(kept[name].passages, kept[name].vectors, strict=True)) if name in kept else []
            for name in document_ids
        }

    def vectors(self, places: Sequence[ChunkKey]) -> Mapping[ChunkKey, Vector]:
        kept = {stored.chunked.document_id: stored for stored in self._kept()}
        of_documents = [kept[name] for name in {document_id for document_id, _ in places} if name in kept]
        standing = {
            (stored.chunked.document_id, chunk.position): vector
            for stored in of_documents
            for chunk, vector in zip(stored.chunked.chunks, stored.vectors, strict=True)
        }
        return {place: standing[place] for place in places if place in standing}

    def _kept(self) -> Iterator[StoredRevision]:
        """What has not outlived its time, as a time to live would leave it."""
        since = self._keep.not_before
        yield from (stored for stored in self._stored.values() if since is None or stored.chunked.published_at >= since)
