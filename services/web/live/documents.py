"""Documents on their way: what was announced last, and what became of those that this site's forms published."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from services.web.live.kept import Kept
from services.web.live.on_the_way import OnTheWay
from services.web.live.shares import Share
from services.web.live.sizes import size_of
from shared import dead_letters, topology
from shared.lab.freshness import Journey, journeys
from shared.messages import DocumentIndexed, DocumentPublished
from shared.records import RawRecord, key_of, understood

KEPT, OWN = 2_000, 1_000
REFUSED = (topology.DOCUMENTS.dead, topology.CHUNKS.dead)
"""Where dead letters of documents lie."""


@dataclass(frozen=True)
class Fate:
    """What became of a document by now: announced, taken back, refused with a reason, or nothing yet.

    `changed_from`: the revision that stood when a form changed it last; None where none did, or that is done with.
    """

    at: datetime | None = None
    journey: Journey | None = None
    retracted: bool = False
    refused: str = ""
    changed_from: int | None = None

    @property
    def is_changing(self) -> bool:
        """Whether a change is on its way."""
        return self.journey is not None and self.changed_from is not None and self.journey.revision <= self.changed_from

    @property
    def is_known(self) -> bool:
        """Whether nothing more is to come of what forms published."""
        return (self.journey is not None or bool(self.refused)) and not self.is_changing


class Documents:
    """The newest announcements, and the newest documents that forms published; at most so many of both."""

    def __init__(self, tell: Callable[[str], None], name: str, share: Share) -> None:
        self._tell, self._name = tell, name
        self._announced = Kept[tuple[str, int], Journey](KEPT, share("journeys"))
        self._own = Kept[str, Fate](OWN, share("own documents"))
        self._words = Kept[str, DocumentPublished](OWN, share("words of own documents"))
        self.on_the_way = OnTheWay(share("on the way"))

    @property
    def journeys(self) -> list[Journey]:
        """Of the newest revisions, those announced last first."""
        return sorted(self._announced.values(), key=lambda journey: journey.announced_at, reverse=True)

    def expect(self, document: DocumentPublished) -> None:
        """A form is about to publish it, for the first time or as a change of what stands."""
        name, before = document.document_id, self.fate(document.document_id) or Fate()
        stands = before.journey.revision if before.journey else None
        self._keep(name, replace(before, refused="", changed_from=stands))

    def sent(self, document: DocumentPublished) -> None:
        """The broker has it: its words are kept for a correction."""
        if document.op == "upsert":
            self._words.put(document.document_id, document, size_of(document))

    def unsent(self, document_id: str) -> None:
        """The broker did not take what a form was about to publish."""
        self._told(document_id, lambda fate: replace(fate, changed_from=None))

    def words(self, document_id: str) -> DocumentPublished | None:
        """What a form published last of it; None where that was before our last start, or too long ago."""
        return self._words.get(document_id)

    def fate(self, document_id: str) -> Fate | None:
        """None of a document that no form published and that is not among the newest."""
        own = self._own.get(document_id)
        if own is not None:
            return own
        newest_first = reversed(self._announced.values())
        told = next((journey for journey in newest_first if journey.document_id == document_id), None)
        return None if told is None else Fate(told.announced_at, told, told.is_retracted)

    def take(self, record: RawRecord) -> None:
        """Take in a document, an announcement, or a dead letter of a document or of its chunks."""
        if record.position.topic == topology.DOCUMENTS.name:
            self.on_the_way.published(record)
            return self._tell(self._name)
        if record.position.topic in REFUSED:
            self.on_the_way.refused(record)
            self._tell(self._name)
            return self._told(key_of(record), self._refused(record))
        for announced, message in understood(DocumentIndexed, [record]):
            self._announce(announced, message)
        return None

    def _announce(self, record: RawRecord, message: DocumentIndexed) -> None:
        [journey] = journeys([record])
        self.on_the_way.announced(message)
        if (revision := (journey.document_id, journey.revision)) not in self._announced:
            self._announced.put(revision, journey, size_of(journey))
        self._told(
            journey.document_id,
            lambda fate: replace(fate, at=record.appended_at, journey=journey, retracted=message.retracted),
        )
        self._tell(journey.document_id)
        self._tell(self._name)

    @staticmethod
    def _refused(record: RawRecord) -> Callable[[Fate], Fate]:
        reason = dead_letters.reason(record.headers)
        return lambda fate: replace(fate, refused=reason, changed_from=None)

    def _told(self, document_id: str, changed: Callable[[Fate], Fate]) -> None:
        if (fate := self._own.get(document_id)) is not None:
            self._keep(document_id, changed(fate))
            self._tell(document_id)

    def _keep(self, document_id: str, fate: Fate) -> None:
        self._own.put(document_id, fate, size_of(fate))
