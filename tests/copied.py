"""Chunks in several copies, in memory: each node can be away, be slow, or miss what is written, and one is asked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from shared.copies import Placed
from shared.encoders import hashing
from shared.memory.chunks import MemoryChunks
from shared.messages import Chunk, DocumentChunked
from shared.records import Effect
from shared.scope import Scope
from shared.settings import EncoderSettings
from shared.stored import Candidate, ChunkKey, Passage, StoredRevision, Vector
from tests.builders import NOON, a_chunked_document, a_raw_record

ENCODER = hashing.build(EncoderSettings(variant="hashing", dimensions=64))


def a_story(name: str, text: str, revision: int = 1, **changes: object) -> DocumentChunked:
    """A document of one chunk; without text a retraction."""
    chunks = (Chunk(position=0, text=text),) if text else ()
    about = {"document_id": name, "revision": revision, "retracted": not text, "chunks": chunks}
    return a_chunked_document(**about | changes)


@dataclass
class ThreeCopies:
    """Implements CopiedChunks over three nodes: written by those that are not away, read by two, searched at one."""

    nodes: Sequence[MemoryChunks] = field(default_factory=lambda: [MemoryChunks() for _ in range(3)])
    copies: int = 3
    away: set[int] = field(default_factory=set)
    slow: set[int] = field(default_factory=set)
    never: set[str] = field(default_factory=set)  # documents that take longer than is waited for
    searched: int = 0
    compared: list[list[str]] = field(default_factory=list)
    written: dict[str, StoredRevision] = field(default_factory=dict)

    def store(self, *documents: DocumentChunked) -> None:
        """Written at a quorum: a node that is away misses it for good."""
        for document in documents:
            vectors = ENCODER.encode([chunk.text for chunk in document.chunks]).reshape(-1, ENCODER.dimensions)
            self.written[document.document_id] = StoredRevision(document, vectors.astype(np.float32), NOON)
            for number in {0, 1, 2} - self.away:
                self._give(number, document.document_id)

    def everywhere(self, document_ids: Sequence[str]) -> frozenset[str]:
        self.compared.append(list(document_ids))
        if self.away | self.slow:
            return frozenset()
        settled = frozenset(document_ids) - self.never
        for number in range(3):
            for name in settled:
                self._give(number, name)
        return settled

    def nearest(self, vector: Vector, *, limit: int, scope: Scope) -> Sequence[Candidate]:
        return self.nodes[self.searched].nearest(vector, limit=limit, scope=scope)

    def read(self, places: Sequence[ChunkKey]) -> Mapping[ChunkKey, Passage]:
        return self._whole().read(places)

    def of_documents(self, document_ids: Sequence[str]) -> Mapping[str, Sequence[Passage]]:
        return self._whole().of_documents(document_ids)

    def vectors(self, places: Sequence[ChunkKey]) -> Mapping[ChunkKey, Vector]:
        return self._whole().vectors(places)

    def with_vectors(self, document_ids: Sequence[str]) -> Mapping[str, Sequence[Placed]]:
        return self._whole().with_vectors(document_ids)

    def _whole(self) -> MemoryChunks:
        """What a quorum says: the newest of all, since a quorum of the writes meets each quorum of the reads."""
        whole = MemoryChunks()
        for stored in self.written.values():
            whole.write(Effect(stored, a_raw_record(b"")))
        whole.flush()
        return whole

    def _give(self, number: int, name: str) -> None:
        if name in self.written:
            self.nodes[number].write(Effect(self.written[name], a_raw_record(b"")))
            self.nodes[number].flush()
