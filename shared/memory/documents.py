"""Documents in memory: the twin of `shared/cassandra/documents.py`."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from shared import order
from shared.messages import Revision
from shared.records import Effect
from shared.retention import FOREVER, Retention, expired
from shared.stored import DocumentOutcome, StoredDocument, TakenDocument

NEVER = datetime.max.replace(tzinfo=UTC)


class MemoryDocuments:
    """Sink of ingest, DocumentHistory and DocumentLibrary; generators read what stands.

    Of what is older than `keep` says, the number stays; of each document so do `kept` revisions before the newest.
    """

    def __init__(self, keep: Retention = FOREVER, kept: int = 100) -> None:
        self._keep, self._kept = keep, kept
        self._newest: dict[str, StoredDocument] = {}
        self._revisions: dict[str, dict[int, StoredDocument]] = defaultdict(dict)
        self._until: dict[str, datetime] = {}
        self._waiting: list[TakenDocument] = []

    def write(self, effect: Effect[DocumentOutcome]) -> None:
        if isinstance(effect.outcome, TakenDocument):
            self._waiting.append(effect.outcome)

    def flush(self) -> None:
        for taken in self._waiting:
            self._put(taken)
        self._waiting.clear()

    def _put(self, taken: TakenDocument) -> None:
        revision = Revision.model_validate(taken.chunked.model_dump(exclude={"chunks"}))
        self._revisions[revision.document_id][revision.revision] = StoredDocument(revision, taken.text)
        self._put_away(revision)
        known = self._newest.get(revision.document_id)
        if known is None or known.revision.revision <= revision.revision:
            self._newest[revision.document_id] = StoredDocument(revision, taken.text)
            seconds = self._keep.seconds_left(revision.published_at)
            self._until[revision.document_id] = self._keep.now() + timedelta(seconds=seconds) if seconds else NEVER

    def _put_away(self, revision: Revision) -> None:
        of_document = self._revisions[revision.document_id]
        for number in [number for number in of_document if number < revision.revision - self._kept]:
            del of_document[number]

    def _is_over(self, document_id: str) -> bool:
        return self._until[document_id] <= self._keep.now()

    def latest(self, document_ids: Iterable[str]) -> Mapping[str, Revision]:
        return {known: self._described(known) for known in document_ids if known in self._newest}

    def standing(self, document_ids: Iterable[str]) -> Mapping[str, StoredDocument]:
        kept = [known for known in document_ids if known in self._newest and not self._is_over(known)]
        return {known: self._newest[known] for known in kept}

    def hashes(self, document_ids: Iterable[str]) -> Mapping[str, frozenset[str]]:
        kept = [name for name in document_ids if name in self._revisions and not self._is_over(name)]
        hashes = {name: order.hashes(of.revision for of in self._newest_first(name)) for name in kept}
        return {name: known for name, known in hashes.items() if known}

    def _described(self, known: str) -> Revision:
        revision = self._newest[known].revision
        return expired(known, revision.revision) if self._is_over(known) else revision

    def earlier(self, document_ids: Iterable[str]) -> Mapping[str, Sequence[StoredDocument]]:
        known = [name for name in document_ids if name in self._revisions]
        return {name: [] if self._is_over(name) else self._newest_first(name)[1:101] for name in known}

    def _newest_first(self, document_id: str) -> list[StoredDocument]:
        return [of for _, of in sorted(self._revisions[document_id].items(), reverse=True)]

    def documents(self) -> Iterator[StoredDocument]:
        yield from (document for known, document in self._newest.items() if not self._is_over(known))
