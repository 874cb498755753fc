"""What stands in the store, as values, and the ports through which services reach it.

Cassandra (`shared/cassandra`) and the in-memory twin (`shared/memory`) implement the same ports and pass
the same contract tests.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

import numpy as np
import numpy.typing as npt

from shared.messages import DocumentChunked, Filters, Result, Revision
from shared.records import Position

Vector = npt.NDArray[np.float32]


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
    """A record that changes nothing, kept on the books with its reason."""

    disposition: Disposition


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
    stored_at: datetime


@dataclass(frozen=True)
class ChunkHit:
    """A chunk that a search found: its place, its own score, and what a prompt needs of it."""

    document_id: str
    position: int
    revision: int
    title: str
    source: str
    published_at: datetime
    text: str
    score: float

    @property
    def chunk_id(self) -> str:
        return f"{self.document_id}:{self.revision}:{self.position}"


@dataclass(frozen=True)
class Scope:
    """Which chunks a search may see: the question's filters and its `as_of` time."""

    filters: Filters = field(default_factory=Filters)
    as_of: datetime | None = None

    def admits(self, *, source: str, tags: Collection[str], published_at: datetime, first_seen_at: datetime) -> bool:
        """Whether a chunk with these properties may be seen."""
        wanted = self.filters
        return (
            (not wanted.sources or source in wanted.sources)
            and (not wanted.tags or bool(set(wanted.tags) & set(tags)))
            and (wanted.published_from is None or published_at >= wanted.published_from)
            and (wanted.published_to is None or published_at <= wanted.published_to)
            and (self.as_of is None or first_seen_at <= self.as_of)
        )


class DocumentHistory(Protocol):
    """What ingest must know before it can number a revision."""

    def latest(self, document_ids: Iterable[str]) -> Mapping[str, Revision]:
        """The newest revision of each known document."""

    def dispositions(self, positions: Iterable[Position]) -> Mapping[Position, Disposition]:
        """What was decided about these records before; unknown ones are left out."""


class DocumentLibrary(Protocol):
    """The documents as they stand, for tuning and for the audit."""

    def documents(self) -> Iterator[StoredDocument]:
        """Every document's newest revision, in no order."""


class ChunkSearch(Protocol):
    """Dense search over the chunks of live revisions."""

    def nearest(self, vector: Vector, *, limit: int, scope: Scope) -> Sequence[ChunkHit]:
        """At most `limit` chunks within `scope`, best first; score is cosine in [-1, 1], computed exactly."""


class ResultShelf(Protocol):
    """Results by question id; a later version replaces an earlier one."""

    def put(self, results: Iterable[Result]) -> None:
        """Store results durably."""

    def get(self, question_id: str) -> Result | None:
        """The newest result of one question."""
