"""Documents on their way: what was announced last, and what became of those that this site's forms published."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from shared import dead_letters, topology
from shared.lab.freshness import Journey, journeys
from shared.messages import DocumentIndexed
from shared.records import RawRecord, key_of, understood

KEPT, OWN = 2_000, 1_000
REFUSED = (topology.DOCUMENTS.dead, topology.CHUNKS.dead)
"""Where dead letters of documents lie."""


@dataclass(frozen=True)
class Fate:
    """What became of a document by now: announced, taken back, refused with a reason, or nothing yet."""

    at: datetime | None = None
    journey: Journey | None = None
    retracted: bool = False
    refused: str = ""

    @property
    def is_known(self) -> bool:
        return self.journey is not None or bool(self.refused)


class Documents:
    """The newest announcements, and the newest documents that forms published; at most so many of both."""

    def __init__(self, tell: Callable[[str], None], name: str, most: int = KEPT) -> None:
        self._tell, self._name, self._most = tell, name, most
        self._announced: OrderedDict[tuple[str, int], Journey] = OrderedDict()
        self._own: OrderedDict[str, Fate] = OrderedDict()

    @property
    def journeys(self) -> list[Journey]:
        """Of the newest revisions, those announced last first."""
        return sorted([*self._announced.values()], key=lambda journey: journey.announced_at, reverse=True)

    def expect(self, document_id: str) -> None:
        """A form is about to publish it."""
        self._own.setdefault(document_id, Fate())
        while len(self._own) > OWN:
            self._own.popitem(last=False)

    def fate(self, document_id: str) -> Fate | None:
        """None of a document that no form published and that is not among the newest."""
        own = self._own.get(document_id)
        if own is not None:
            return own
        newest_first = reversed([*self._announced.values()])
        told = next((journey for journey in newest_first if journey.document_id == document_id), None)
        return None if told is None else Fate(told.announced_at, told)

    def take(self, record: RawRecord) -> None:
        """Take in an announcement, or a dead letter of a document or of its chunks."""
        if record.position.topic in REFUSED:
            return self._told(key_of(record), lambda fate: replace(fate, refused=dead_letters.reason(record.headers)))
        for announced, message in understood(DocumentIndexed, [record]):
            self._announce(announced, message)
        return None

    def _announce(self, record: RawRecord, message: DocumentIndexed) -> None:
        [journey] = journeys([record])
        self._announced.setdefault((journey.document_id, journey.revision), journey)
        while len(self._announced) > self._most:
            self._announced.popitem(last=False)
        self._told(
            journey.document_id,
            lambda fate: replace(fate, at=record.appended_at, journey=journey, retracted=message.retracted),
        )
        self._tell(self._name)

    def _told(self, document_id: str, changed: Callable[[Fate], Fate]) -> None:
        if (fate := self._own.get(document_id)) is not None:
            self._own[document_id] = changed(fate)
            self._tell(document_id)
