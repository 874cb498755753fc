"""Documents that were published and of which nothing was announced yet."""

from dataclasses import dataclass
from datetime import datetime

from services.web.live.kept import Kept
from services.web.live.sizes import size_of
from shared import dead_letters, topology
from shared.lags import Lags, Place
from shared.messages import DocumentIndexed
from shared.records import Position, RawRecord, key_of

MOST, LONGEST = 5_000, 1_000
"""Of the newest so many, and with ids of so many characters: a longer one is no document's."""
INGEST, EMBEDDER = "ingest", "embedder"


@dataclass(frozen=True)
class OnItsWay:
    """The newest record of a document, by which it waits. `for_service`: what has to come next."""

    document_id: str
    at: datetime
    position: Position
    for_service: str = INGEST


class OnTheWay:
    """By id; where there are more, the oldest are forgotten. One thread takes records in, any may look."""

    def __init__(self, most_bytes: int, most: int = MOST) -> None:
        self._published = Kept[str, OnItsWay](most, most_bytes // 2)
        self._ended = Kept[str, datetime](most, most_bytes // 2)

    def published(self, record: RawRecord) -> None:
        """A record of the documents' topic."""
        name = key_of(record)
        ended = self._ended.get(name)  # topics are read side by side
        if 0 < len(name) <= LONGEST and (ended is None or ended < record.appended_at):
            waiting = OnItsWay(name, record.appended_at, record.position)
            self._published.put(name, waiting, size_of(waiting))

    def announced(self, message: DocumentIndexed) -> None:
        """One made from a document's newest record, or from a later one, ends its way."""
        self._end(message.document_id, message.appended_at)

    def refused(self, letter: RawRecord) -> None:
        """So does a dead letter of that record, or of what was made of it."""
        name = key_of(letter)
        known, origin = self._published.get(name), dead_letters.origin(letter.headers)
        is_of_another = known and origin and origin.topic == topology.DOCUMENTS.name and origin != known.position
        if not is_of_another:
            self._end(name, letter.appended_at)

    def _end(self, name: str, at: datetime) -> None:
        """What was published up to this moment is on no way any more."""
        known = self._published.get(name)
        if known is not None and known.at <= at:
            self._published.pop(name)
        if len(name) <= LONGEST:
            self._ended.put(name, at, size_of(at))

    def oldest(self, lags: Lags | None) -> list[OnItsWay]:
        """Those published first come first; without those of which `lags` say that nothing is done any more.

        Nothing is ever announced of a document that says what another one says: it is on no way once the services have
        committed all that they were given.
        """
        waiting = [_by(lags, known) for known in self._published.values()]
        return sorted(
            (known for known in waiting if known is not None), key=lambda known: (known.at, known.document_id)
        )


def _by(lags: Lags | None, known: OnItsWay) -> OnItsWay | None:
    """As `lags` say, where they are known; None where nothing waits."""
    if lags is None or known.position.offset >= lags.committed.get(_taken(known.position), 0):
        return known
    embedding = (behind for behind in lags.behind if (behind.group, behind.topic) == (EMBEDDER, topology.CHUNKS.name))
    if not any(behind.records for behind in embedding):
        return None
    return OnItsWay(known.document_id, known.at, known.position, EMBEDDER)


def _taken(position: Position) -> Place:
    return Place(INGEST, position.topic, position.partition)
