"""Documents in memory: the twin of `shared/cassandra/documents.py`."""

from collections.abc import Iterable, Iterator, Mapping

from shared.messages import Revision
from shared.records import Effect, Position
from shared.stored import Disposition, DroppedDocument, StoredDocument, TakenDocument


class MemoryDocuments:
    """Sink of ingest, DocumentHistory and DocumentLibrary."""

    def __init__(self) -> None:
        self._newest: dict[str, StoredDocument] = {}
        self._dispositions: dict[Position, Disposition] = {}
        self._waiting: list[TakenDocument | DroppedDocument] = []

    def write(self, effect: Effect[TakenDocument | DroppedDocument]) -> None:
        self._waiting.append(effect.outcome)

    def flush(self) -> None:
        for outcome in self._waiting:
            self._dispositions[outcome.disposition.position] = outcome.disposition
            if isinstance(outcome, TakenDocument):
                self._put(outcome)
        self._waiting.clear()

    def _put(self, taken: TakenDocument) -> None:
        revision = Revision.model_validate(taken.chunked.model_dump(exclude={"chunks"}))
        known = self._newest.get(revision.document_id)
        if known is None or known.revision.revision <= revision.revision:
            self._newest[revision.document_id] = StoredDocument(revision, taken.text)

    def latest(self, document_ids: Iterable[str]) -> Mapping[str, Revision]:
        return {known: self._newest[known].revision for known in document_ids if known in self._newest}

    def dispositions(self, positions: Iterable[Position]) -> Mapping[Position, Disposition]:
        return {known: self._dispositions[known] for known in positions if known in self._dispositions}

    def dispositions_between(self, topic: str, partition: int, low: int, high: int) -> Iterator[Disposition]:
        for position, made in sorted(self._dispositions.items()):
            if position[:2] == (topic, partition) and low <= position.offset < high:
                yield made

    def documents(self) -> Iterator[StoredDocument]:
        yield from self._newest.values()
