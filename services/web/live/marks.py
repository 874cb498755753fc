"""Whether a passage still stands: by the announcements that were read last, and where it is older by the store."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from services.web.live.revisions import Revisions
from services.web.ports import StandingRevisions
from shared.messages import Revision
from shared.retention import expired

State = Literal["stands", "corrected", "retracted", "expired", "not known"]
Source = tuple[str, int]
"""A document and one of its revisions: what a passage was cut from."""


@dataclass(frozen=True)
class Mark:
    """What became of a passage's document since. `revision` stands now, `since` when that was said, where it is known.

    `first_seen_at`: when a feed first had the passage's own revision; None where nobody says it any more.
    """

    state: State
    revision: int | None = None
    since: datetime | None = None
    first_seen_at: datetime | None = None
    why: str = ""

    @property
    def said(self) -> str:
        """A sentence; empty of what stands."""
        return {
            "stands": "",
            "corrected": f"Corrected since: revision {self.revision} stands now. These are the words as they were.",
            "retracted": "Retracted since: the document was taken back. These are the words as they were.",
            "expired": "Left the store since: news this old is no longer kept.",
            "not known": f"Whether this still stands is not known here: {self.why}.",
        }[self.state]


Marked = Callable[[Source], Mark]
ELSEWHERE = Mark("not known", why="its page of evidence looks it up")
LONGEST_REVISION = 10
"""Digits of a revision in a chunk's id."""
NAMELESS = Mark("not known", why="its id names no document")


def not_looked_up(source: Source) -> Mark:
    """Where nobody asked."""
    del source
    return ELSEWHERE


def source_of(chunk_id: str) -> Source | None:
    """The document and the revision that a chunk's id names; None of an id that is none of ours."""
    parts = chunk_id.rsplit(":", 2)
    is_one = len(parts) == 3 and len(parts[1]) <= LONGEST_REVISION and parts[1].isascii() and parts[1].isdecimal()
    return (parts[0], int(parts[1])) if is_one else None


def by_topic(revisions: Revisions, source: Source) -> Mark:
    """What the announcements that are kept here say."""
    document_id, revision = source
    told = revisions.announced(document_id)
    if told is None or told.announced is None or told.announced.revision < revision:
        return ELSEWHERE
    own = revisions.announced(document_id, revision)
    seen = own.announced.first_seen_at if own and own.announced else None
    return _mark(told.announced, revision, told.at, seen)


def by_topic_and_store(revisions: Revisions, store: StandingRevisions, sources: Iterable[Source]) -> Marked:
    """The same, and what the store says of those documents that the announcements say nothing of: asked once."""
    marks = {source: by_topic(revisions, source) for source in sources}
    asked = sorted({document_id for (document_id, _), mark in marks.items() if mark.state == "not known"})
    try:
        standing: Mapping[str, Revision] = store.latest(asked) if asked else {}
        away = Mark("not known", why="the store knows no such document")
    except ConnectionError as error:
        standing, away = {}, Mark("not known", why=str(error))

    def marked(source: Source) -> Mark:
        mark = marks.get(source, ELSEWHERE)
        if mark.state != "not known":
            return mark
        stored = standing.get(source[0])
        return _mark(stored, source[1], None, None) if stored else away

    return marked


def _mark(told: Revision, revision: int, since: datetime | None, first_seen_at: datetime | None) -> Mark:
    if told == expired(told.document_id, told.revision):
        return Mark("expired", told.revision)
    if told.retracted:
        return Mark("retracted", told.revision, since, first_seen_at)
    if told.revision > revision:
        return Mark("corrected", told.revision, since, first_seen_at)
    return Mark("stands", told.revision, since, told.first_seen_at)
