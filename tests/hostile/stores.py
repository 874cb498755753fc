"""The stores in memory, as strict as the real ones: they take what Cassandra takes, and give back what was written."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from shared.memory.chunks import MemoryChunks
from shared.memory.dispositions import MemoryDispositions
from shared.memory.documents import MemoryDocuments
from shared.memory.results import MemoryResults
from shared.messages import Result, Revision
from shared.records import Effect
from shared.stored import DocumentOutcome, Passage, StoredRevision, TakenDocument, stored_bytes
from tests.hostile.watched import Fates

INT, BIGINT = 2**31, 2**63
LONGEST_KEY = 65_535
INDEXED_TERM = 8 * 1024
"""Bytes of a value that an index of the store takes; what is longer it refuses."""
MUTATION = 16 * 1024 * 1024
"""Bytes of one batch."""


class Strict:
    """Blames what the store would refuse."""

    def __init__(self, fates: Fates) -> None:
        self._fates = fates

    def key(self, table: str, key: str) -> None:
        if not 0 < len(key.encode()) <= LONGEST_KEY:
            self._fates.blame(f"{table}: the store takes no key of {len(key.encode())} bytes")

    def whole(self, table: str, name: str, number: int, most: int = INT) -> None:
        if not -most <= number < most:
            self._fates.blame(f"{table}: the store takes no {name} of {number.bit_length()} bits")

    def terms(self, table: str, name: str, values: Iterable[str]) -> None:
        if any(len(value.encode()) > INDEXED_TERM for value in values):
            self._fates.blame(f"{table}: the store's index takes no {name} of more than {INDEXED_TERM} bytes")

    def size(self, table: str, size: int) -> None:
        if size > MUTATION:
            self._fates.blame(f"{table}: the store takes no batch of more than {MUTATION} bytes")


class StrictDispositions(MemoryDispositions):
    """Dispositions, each written to a row."""

    def __init__(self, fates: Fates) -> None:
        super().__init__()
        self._strict = Strict(fates)

    def write(self, effect: Effect[DocumentOutcome]) -> None:
        self._strict.whole("dispositions", "revision", effect.outcome.disposition.revision)
        super().write(effect)


class StrictDocuments(MemoryDocuments):
    """Documents, each described as JSON."""

    def __init__(self, fates: Fates) -> None:
        super().__init__()
        self._strict, self._fates = Strict(fates), fates

    def write(self, effect: Effect[DocumentOutcome]) -> None:
        if isinstance(effect.outcome, TakenDocument):
            chunked = effect.outcome.chunked
            revision = Revision.model_validate(chunked.model_dump(exclude={"chunks"}))
            described = revision.model_dump_json()
            self._strict.key("documents", revision.document_id)
            self._strict.whole("documents", "revision", revision.revision)
            self._strict.size("documents", len(described.encode()) + len(effect.outcome.text.encode()))
            if Revision.model_validate_json(described) != revision:
                self._fates.blame("documents: a revision reads as another one")
        super().write(effect)


class StrictChunks(MemoryChunks):
    """Chunks, all of a document in one batch, with indexes on what is filtered by."""

    def __init__(self, fates: Fates) -> None:
        super().__init__()
        self._strict, self._fates = Strict(fates), fates

    def write(self, effect: Effect[StoredRevision]) -> None:
        chunked, vectors = effect.outcome.chunked, effect.outcome.vectors
        places = [chunk.position for chunk in chunked.chunks]
        self._strict.key("chunks", chunked.document_id)
        self._strict.whole("chunks", "revision", chunked.revision)
        self._strict.terms("chunks", "source", [chunked.source])
        self._strict.terms("chunks", "language", [chunked.language])
        self._strict.terms("chunks", "tag or label", [*chunked.tags, *chunked.labels])
        for place in places:
            self._strict.whole("chunks", "position", place)
        self._strict.size("chunks", stored_bytes(chunked, [chunk.text for chunk in chunked.chunks]) + vectors.nbytes)
        if len(set(places)) < len(places):
            self._fates.blame("chunks: two chunks of a document stand at one place")
        if len(vectors) and not np.allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-3):
            self._fates.blame("chunks: a vector has another length than 1")
        super().write(effect)

    def of_documents(self, document_ids: Sequence[str]) -> Mapping[str, Sequence[Passage]]:
        for document_id in document_ids:
            self._strict.key("chunks", document_id)
        return super().of_documents(document_ids)


class JsonResults(MemoryResults):
    """Results as JSON, under their version as the time of writing."""

    def __init__(self, fates: Fates) -> None:
        super().__init__()
        self._strict = Strict(fates)

    def put(self, results: Iterable[Result]) -> None:
        for result in results:
            self._strict.key("results", result.question.question_id)
            self._strict.whole("results", "version", result.result_version)
            written = result.model_dump_json()
            self._strict.size("results", len(written.encode()))
            super().put([Result.model_validate_json(written)])
