"""The corpus of an evaluation: chunked documents with their vectors in a store, and announced to the word indexes."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import Protocol

import numpy as np

from services.retriever.evaluation.vectors import KeptVectors, Told
from shared import topology
from shared.memory.broker import MemoryBroker, MemoryTail
from shared.messages import DocumentChunked
from shared.records import Effect, Position, RawRecord
from shared.scope import Scope
from shared.stored import Candidate, ChunkKey, ChunkSearch, Passage, StoredRevision, Vector

AT_ONCE = 32


class ChunkStore(ChunkSearch, Protocol):
    """A store that can be filled and searched: Cassandra or its twin."""

    def write(self, effect: Effect[StoredRevision]) -> None: ...
    def flush(self) -> None: ...


def fill(store: ChunkStore, documents: Sequence[DocumentChunked], vectors: KeptVectors, told: Told) -> MemoryTail:
    """Store every revision in its order; returns the announcements, which say by key what there is to index."""
    encoded = iter(vectors.encode([chunk.text for document in documents for chunk in document.chunks], told))
    broker = MemoryBroker()
    for number, document in enumerate(documents, start=1):
        of_document = np.array(list(islice(encoded, len(document.chunks))), dtype=np.float32)
        stored = StoredRevision(document, of_document, document.ingested_at)
        key = document.document_id.encode()
        cause = RawRecord(Position(topology.CHUNKS.name, 0, number), key, None, document.ingested_at)
        store.write(Effect(stored, cause))
        broker.append(topology.INDEXED.name, key, None)
        if number % AT_ONCE == 0 or number == len(documents):
            store.flush()
    return MemoryTail(broker, topology.INDEXED.name)


class Remembered:
    """A ChunkSearch that asks its store once for each vector, limit and scope: several runs share what dense found."""

    def __init__(self, chunks: ChunkSearch) -> None:
        self._chunks = chunks
        self._found: dict[tuple[bytes, int, str], Sequence[Candidate]] = {}

    def nearest(self, vector: Vector, *, limit: int, scope: Scope) -> Sequence[Candidate]:
        key = vector.tobytes(), limit, repr(scope)
        if key not in self._found:
            self._found[key] = self._chunks.nearest(vector, limit=limit, scope=scope)
        return self._found[key]

    def read(self, places: Sequence[ChunkKey]) -> Mapping[ChunkKey, Passage]:
        return self._chunks.read(places)

    def of_documents(self, document_ids: Sequence[str]) -> Mapping[str, Sequence[Passage]]:
        return self._chunks.of_documents(document_ids)

    def vectors(self, places: Sequence[ChunkKey]) -> Mapping[ChunkKey, Vector]:
        return self._chunks.vectors(places)


def standing(documents: Iterable[DocumentChunked]) -> list[DocumentChunked]:
    """What can be found at the end, when later revisions have replaced and retractions removed what was before."""
    newest = {document.document_id: document for document in documents}
    return [document for document in newest.values() if not document.retracted]
