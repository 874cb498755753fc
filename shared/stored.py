"""What stands in the store, as values, and the ports through which services reach it.

Cassandra (`shared/cassandra`) and the in-memory twin (`shared/memory`) implement the same ports and pass
the same contract tests.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Literal, Protocol

import numpy as np
import numpy.typing as npt

from shared.messages import DocumentChunked, Result, Revision
from shared.records import Position
from shared.scope import Scope

Vector = npt.NDArray[np.float32]
OVERHEAD = 64
"""Bytes of a chunk, and of a value in a set, beside what they say."""
STORABLE, MOST_STORED = 8 * 1024**2, 15 * 1024**2
"""Bytes of one document without its vectors, and with them: it is one batch, and the store takes 16 MiB."""


class Described(Protocol):
    """What is kept of a document with each of its chunks."""

    @property
    def document_id(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def source(self) -> str: ...
    @property
    def tags(self) -> Sequence[str]: ...
    @property
    def labels(self) -> Sequence[str]: ...


def stored_bytes(document: Described, texts: Sequence[str]) -> int:
    """Bytes that the store keeps of a document with these chunks, without their vectors."""
    values = (*document.tags, *document.labels)
    once = (document.document_id, document.title, document.source)
    beside = sum(len(text.encode()) for text in (*once, *values)) + OVERHEAD * (len(values) + 1)
    return sum(len(text.encode()) for text in texts) + len(texts) * beside


@dataclass(frozen=True)
class Disposition:
    """What became of one record of the documents topic: a numbered revision, or dropped with a reason."""

    position: Position
    outcome: Literal["revision", "dropped"]
    document_id: str
    revision: int
    reason: str = ""


@dataclass(frozen=True)
class TakenDocument:
    """A record that became a revision: its disposition, its chunks and its cleaned text."""

    disposition: Disposition
    chunked: DocumentChunked
    text: str


@dataclass(frozen=True)
class DroppedDocument:
    """A record that changes nothing; its disposition keeps the reason."""

    disposition: Disposition


DocumentOutcome = TakenDocument | DroppedDocument


@dataclass(frozen=True)
class StoredDocument:
    """The newest revision of one document with its text; a retracted one has no text."""

    revision: Revision
    text: str


@dataclass(frozen=True)
class StoredRevision:
    """A revision with one unit vector per chunk, shape (chunks, dimensions)."""

    chunked: DocumentChunked
    vectors: Vector
    embedded_at: datetime

    @property
    def passages(self) -> "list[Passage]":
        """Its chunks, each with what is kept of the revision."""
        of_chunks = ("position", "text")
        about = {
            field.name: getattr(self.chunked, field.name) for field in fields(Passage) if field.name not in of_chunks
        }
        return [Passage(position=chunk.position, text=chunk.text, **about) for chunk in self.chunked.chunks]


ChunkKey = tuple[str, int]  # document id and position: the primary key of a chunk


@dataclass(frozen=True)
class Candidate:
    """A chunk that a search found, before its text is read: its place, its revision and the search's own score."""

    document_id: str
    position: int
    revision: int
    published_at: datetime
    score: float

    @property
    def place(self) -> ChunkKey:
        return self.document_id, self.position


@dataclass(frozen=True)
class Passage:
    """A chunk as the store holds it now, with all that a prompt or a filter needs of it."""

    document_id: str
    position: int
    revision: int
    title: str
    source: str
    tags: tuple[str, ...]
    language: str
    labels: tuple[str, ...]
    trust: float
    published_at: datetime
    first_seen_at: datetime
    text: str

    @property
    def place(self) -> ChunkKey:
        return self.document_id, self.position

    @property
    def chunk_id(self) -> str:
        return f"{self.document_id}:{self.revision}:{self.position}"


class DocumentHistory(Protocol):
    """What ingest must know before it can number a revision."""

    def latest(self, document_ids: Iterable[str]) -> Mapping[str, Revision]:
        """The newest revision of each known document."""

    def hashes(self, document_ids: Iterable[str]) -> Mapping[str, frozenset[str]]:
        """The content hashes of the newest 100 revisions of each known document, since `order.closes` one of them."""


class Dispositions(Protocol):
    """What was decided about records of the documents topic."""

    def of(self, positions: Iterable[Position]) -> Mapping[Position, Disposition]:
        """What was decided about these records before; unknown ones are left out."""


class DocumentLibrary(Protocol):
    """The documents as they stand, for tuning."""

    def documents(self) -> Iterator[StoredDocument]:
        """Every document's newest revision, in no order."""

    def earlier(self, document_ids: Iterable[str]) -> Mapping[str, Sequence[StoredDocument]]:
        """Of each document the revisions before the newest that are still kept, newest first, at most 100."""


class ChunkSearch(Protocol):
    """Dense search over the chunks of live revisions, and reading them as they stand."""

    def nearest(self, vector: Vector, *, limit: int, scope: Scope) -> Sequence[Candidate]:
        """At most `limit` chunks within `scope`, best first; score is cosine in [-1, 1], computed exactly."""

    def read(self, places: Sequence[ChunkKey]) -> Mapping[ChunkKey, Passage]:
        """What stands there now; places that are gone are left out. Never two revisions of one document."""

    def of_documents(self, document_ids: Sequence[str]) -> Mapping[str, Sequence[Passage]]:
        """Every chunk of each document as it stands, in order; nothing for one that is gone."""

    def vectors(self, places: Sequence[ChunkKey]) -> Mapping[ChunkKey, Vector]:
        """The unit vectors that stand there now, each of shape (dimensions,)."""


class ResultShelf(Protocol):
    """Results by question id; a later version replaces an earlier one."""

    def put(self, results: Iterable[Result]) -> None:
        """Store results durably."""

    def get(self, question_id: str) -> Result | None:
        """The newest result of one question."""
