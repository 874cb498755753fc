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

from shared.messages import DocumentChunked, Filters, Question, Result, Revision
from shared.records import Position

Vector = npt.NDArray[np.float32]
EVERYONE, LABEL = "everyone", "label:"


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
    embedded_at: datetime


Place = tuple[str, int]  # document id and position: the primary key of a chunk


@dataclass(frozen=True)
class Candidate:
    """A chunk that a search found, before its text is read: its place, its revision and the search's own score."""

    document_id: str
    position: int
    revision: int
    published_at: datetime
    score: float

    @property
    def place(self) -> Place:
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
    def place(self) -> Place:
        return self.document_id, self.position

    @property
    def chunk_id(self) -> str:
        return f"{self.document_id}:{self.revision}:{self.position}"


class Traits(Protocol):
    """What a scope looks at: passages, revisions and announcements have it."""

    @property
    def source(self) -> str: ...
    @property
    def tags(self) -> Collection[str]: ...
    @property
    def language(self) -> str: ...
    @property
    def labels(self) -> Collection[str]: ...
    @property
    def published_at(self) -> datetime: ...
    @property
    def first_seen_at(self) -> datetime: ...


@dataclass(frozen=True)
class Scope:
    """Which chunks a search may see: the question's filters, its labels and its `as_of` time.

    A chunk without labels is everyone's; one with labels is for questions that carry at least one of them.
    """

    filters: Filters = field(default_factory=Filters)
    as_of: datetime | None = None
    labels: frozenset[str] = frozenset()

    @classmethod
    def of(cls, question: Question, not_before: datetime | None = None) -> "Scope":
        """A question's scope; `not_before` cuts off what is too old to be kept."""
        wanted = question.filters
        if not_before is not None and (wanted.published_from is None or wanted.published_from < not_before):
            wanted = wanted.model_copy(update={"published_from": not_before})
        return cls(wanted, question.as_of, frozenset(question.labels))

    @property
    def readers(self) -> list[str]:
        """What `readers` of a chunk must name one of."""
        return [EVERYONE, *(f"{LABEL}{label}" for label in sorted(self.labels))]

    def admits(self, one: Traits) -> bool:
        """Whether a chunk with these properties may be seen."""
        wanted = self.filters
        return (
            (not wanted.sources or one.source in wanted.sources)
            and (not wanted.tags or not set(wanted.tags).isdisjoint(one.tags))
            and (not wanted.languages or one.language in wanted.languages)
            and (wanted.published_from is None or one.published_at >= wanted.published_from)
            and (wanted.published_to is None or one.published_at <= wanted.published_to)
            and (self.as_of is None or one.first_seen_at <= self.as_of)
            and not set(self.readers).isdisjoint(readers(one.labels))
        )


def readers(labels: Collection[str]) -> tuple[str, ...]:
    """Who may be shown a chunk with these labels, as a search index keeps it."""
    return tuple(f"{LABEL}{label}" for label in labels) or (EVERYONE,)


def labels_of(readers: Collection[str]) -> tuple[str, ...]:
    """The labels behind `readers`, sorted."""
    return tuple(sorted(reader.removeprefix(LABEL) for reader in readers if reader != EVERYONE))


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
    """Dense search over the chunks of live revisions, and reading them as they stand."""

    def nearest(self, vector: Vector, *, limit: int, scope: Scope) -> Sequence[Candidate]:
        """At most `limit` chunks within `scope`, best first; score is cosine in [-1, 1], computed exactly."""

    def read(self, places: Sequence[Place]) -> Mapping[Place, Passage]:
        """What stands there now; places that are gone are left out. Never two revisions of one document."""

    def of_documents(self, document_ids: Sequence[str]) -> Mapping[str, Sequence[Passage]]:
        """Every chunk of each document as it stands, in order; nothing for one that is gone."""

    def vectors(self, places: Sequence[Place]) -> Mapping[Place, Vector]:
        """The unit vectors that stand there now, each of shape (dimensions,)."""


class ResultShelf(Protocol):
    """Results by question id; a later version replaces an earlier one."""

    def put(self, results: Iterable[Result]) -> None:
        """Store results durably."""

    def get(self, question_id: str) -> Result | None:
        """The newest result of one question."""
