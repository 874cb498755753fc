"""Where documents stand by what the topics say: the records of each on its way, and its newest announced revision."""

from dataclasses import dataclass
from datetime import datetime

from services.web.live.kept import Kept
from services.web.live.shares import Share
from services.web.live.sizes import size_of
from shared import topology
from shared.messages import DocumentIndexed, Revision
from shared.messages.schema import LONGEST_IDENTIFIER
from shared.records import Position, RawRecord, key_of, understood

MOST, MOST_RECORDS = 10_000, 30
"""Documents, and records of one of them."""
_WORDS = {"title": "", "url": "", "source": "", "tags": (), "duplicate_of": None}
"""What is not kept of a revision: a page about its way needs none of it."""


@dataclass(frozen=True)
class Passed:
    """A record of a document: where it stands, and when the broker took it.

    `revision`: what it says of it, without words; None on the topic of documents, where nobody has numbered it yet.
    """

    position: Position
    at: datetime
    revision: Revision | None = None

    @property
    def announced(self) -> DocumentIndexed | None:
        """What was announced, on the topic of announcements."""
        return self.revision if isinstance(self.revision, DocumentIndexed) else None


class Revisions:
    """Of the documents heard of last, at most so many, the newest records. One thread writes, any reads."""

    def __init__(self, share: Share, most: int = MOST) -> None:
        self._of = Kept[str, tuple[Passed, ...]](most, share("revisions"))

    def of(self, document_id: str) -> tuple[Passed, ...]:
        """Its records in the order in which they were read."""
        return self._of.get(document_id) or ()

    def announced(self, document_id: str, revision: int | None = None) -> Passed | None:
        """Where this revision was announced, or the newest one; None where that is not kept."""
        told = [(passed.announced.revision, passed) for passed in self.of(document_id) if passed.announced is not None]
        wanted = revision if revision is not None else max((number for number, _ in told), default=None)
        return next((passed for number, passed in told if number == wanted), None)

    def take(self, record: RawRecord) -> None:
        """Take in a record of one of the topics of documents."""
        if record.position.topic == topology.DOCUMENTS.name:
            if len(name := key_of(record)) <= LONGEST_IDENTIFIER:
                self._put(name, Passed(record.position, record.appended_at))
            return
        kind = DocumentIndexed if record.position.topic == topology.INDEXED.name else Revision
        for _, told in understood(kind, [record]):
            slim = told.model_copy(update=_WORDS)
            self._put(told.document_id, Passed(record.position, record.appended_at, slim))

    def _put(self, document_id: str, passed: Passed) -> None:
        before = self.of(document_id)
        is_new = all(known.position != passed.position for known in before)
        told = (*before, passed)[-MOST_RECORDS:] if is_new else before
        self._of.put(document_id, told, size_of(told))
