"""Documents on their way: what was announced last, and what became of those that this site's forms published."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from shared import dead_letters, topology
from shared.lab.freshness import Journey, journeys
from shared.records import RawRecord, key_of

KEPT, OWN = 2_000, 1_000
DEAD = (topology.DOCUMENTS.dead, topology.CHUNKS.dead)


@dataclass(frozen=True)
class Fate:
    """What became of a document: announced, or refused with a reason."""

    at: datetime
    journey: Journey | None = None
    refused: str = ""


class Documents:
    """The newest announcements, at most so many. Written by one thread, read by any."""

    def __init__(self, tell: Callable[[str], None], name: str, most: int = KEPT) -> None:
        self._tell, self._name, self._most = tell, name, most
        self._announced: OrderedDict[tuple[str, int], Journey] = OrderedDict()
        self._fates: OrderedDict[str, Fate] = OrderedDict()

    @property
    def journeys(self) -> list[Journey]:
        """Of the newest revisions, those announced last first."""
        return sorted([*self._announced.values()], key=lambda journey: journey.announced_at, reverse=True)

    def fate(self, document_id: str) -> Fate | None:
        """None while nothing is known of it."""
        return self._fates.get(document_id)

    def take(self, record: RawRecord) -> None:
        """Take in an announcement, or a dead letter of a document or of its chunks."""
        if record.position.topic in DEAD:
            return self._put(key_of(record), Fate(record.appended_at, refused=dead_letters.reason(record.headers)))
        for journey in journeys([record]):
            self._announced.setdefault((journey.document_id, journey.revision), journey)
            if len(self._announced) > self._most:
                self._announced.popitem(last=False)
            self._put(journey.document_id, Fate(record.appended_at, journey))
            self._tell(self._name)
        return None

    def _put(self, document_id: str, fate: Fate) -> None:
        self._fates.pop(document_id, None)
        self._fates[document_id] = fate
        while len(self._fates) > OWN:
            self._fates.popitem(last=False)
        self._tell(document_id)
