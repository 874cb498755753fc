"""What retriever's handler needs from outside, and the values that pass between searches and rankers."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from shared.messages import Found, Question
from shared.records import RawRecord
from shared.scope import Scope
from shared.stored import Candidate, ChunkKey, ChunkSearch, Passage, Vector


@dataclass(frozen=True)
class SearchQuery:
    """A question as searches and rankers see it: its words, its vector of shape (dimensions,), and when it stands.

    `at` is the question's `as_of` where it has one, else the time it was asked: what "recent" is counted from.
    """

    text: str
    vector: Vector
    at: datetime


@dataclass(frozen=True)
class Ranked:
    """A candidate on a list: the list's score, and its place and score on every list that led here."""

    candidate: Candidate
    score: float
    found_by: Mapping[str, Found] = field(default_factory=dict)

    @property
    def place(self) -> ChunkKey:
        return self.candidate.place


def listed(name: str, ranked: Sequence[Ranked]) -> list[Ranked]:
    """The list with each one's own place on it noted under the list's name."""
    return [
        Ranked(hit.candidate, hit.score, {**hit.found_by, name: Found(rank=rank, score=hit.score)})
        for rank, hit in enumerate(ranked, start=1)
    ]


class Search(Protocol):
    """Finds chunks for a question. `name` says which search an evidence item was found by."""

    name: str

    def __call__(self, query: SearchQuery, *, limit: int, scope: Scope) -> Sequence[Ranked]:
        """Chunks within `scope`, best first; at most `limit` of each list that is asked."""


class SparseIndex(Protocol):
    """A word index over the live chunks. Nothing is seen before `commit`; one thread writes, any may search.

    `offsets` says how far of each partition of the announcements the index holds; it is kept with the index.
    """

    @property
    def offsets(self) -> Mapping[int, int]: ...

    @property
    def size(self) -> int:
        """Chunks that a search can find."""

    def replace(self, document_id: str, passages: Sequence[Passage]) -> None:
        """These are the document's chunks from now on; none removes it."""

    def forget(self, before: datetime) -> None:
        """Remove what was published before a moment."""

    def clear(self) -> None:
        """Start over: nothing is indexed and nothing has been read."""

    def commit(self, offsets: Mapping[int, int]) -> None:
        """Make every change visible at once, with how far the announcements have been read."""

    def search(self, text: str, *, limit: int, scope: Scope) -> Sequence[Candidate]:
        """At most `limit` chunks within `scope`, best first; any text is only words, never syntax."""


@dataclass(frozen=True)
class Knowledge:
    """What searches and rankers are built over: stored chunks, and word indexes by name, made when first asked for."""

    chunks: ChunkSearch
    index: Callable[[str], SparseIndex]


class Announcements(Protocol):
    """A topic followed from end to end, without a group. `seek` comes before the first `poll`."""

    def seek(self, offsets: Mapping[int, int]) -> bool:
        """Go on from these offsets; False, and from the start, where the topic does not hold them any more."""

    def poll(self, limit: int, wait_s: float) -> Sequence[RawRecord]: ...
    def offsets(self) -> Mapping[int, int]:
        """How far each partition has been polled."""

    def ends(self) -> Mapping[int, int]:
        """How far each partition reaches now."""


class Copies(Protocol):
    """Sees to it that a search finds a document whichever of its copies is asked."""

    @property
    def several(self) -> bool: ...

    @property
    def complete(self) -> bool:
        """Whether it does so of every document that it was given; where not, evidence is stale."""

    def take(self, document_ids: Sequence[str]) -> None:
        """These were announced; when this returns, a search finds them as they stand."""

    def retry(self) -> None:
        """Do a little of what is left, if it is time."""

    def read_again(self) -> None:
        """Searches are made in another table from now on."""


class View(Protocol):
    """The word indexes as a materialised view of the announcements."""

    def ends(self) -> Mapping[int, int]:
        """How far the announcements reach now: what was acknowledged before this call lies below."""

    def reach(self, ends: Mapping[int, int], within_s: float) -> bool:
        """Wait until the view holds everything below `ends`; False where it does not within the time."""

    def refresh(self, document_ids: Sequence[str]) -> None:
        """Read these documents from the store now, ahead of their announcements."""


Rank = Callable[[SearchQuery, Sequence[Ranked]], Sequence[Ranked]]
Condense = Callable[[Question], str]  # what a question asks for, with what its conversation said before
Rephrase = Callable[[str, Scope], Sequence[str]]  # the first is the question itself: rankers go by it
Encode = Callable[[Sequence[str]], Vector]
Clock = Callable[[], float]
