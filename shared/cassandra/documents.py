"""Documents, their revisions, and what became of every record, in Cassandra."""

from collections.abc import Iterable, Iterator, Mapping

from shared.cassandra.client import Statement, Store
from shared.messages import DocumentChunked, Revision
from shared.records import Effect, Position
from shared.retention import FOREVER, Retention, expired
from shared.stored import Disposition, DroppedDocument, StoredDocument, TakenDocument

BUCKET = 10_000
_LATEST = "SELECT revision, description FROM documents WHERE document_id = ?"
_ALL = "SELECT description, body FROM documents"
_NUMBER = "INSERT INTO documents (document_id, revision) VALUES (?, ?) USING TIMESTAMP ?"
_PUT = "UPDATE documents USING TIMESTAMP ? AND TTL ? SET retracted = ?, description = ?, body = ? WHERE document_id = ?"
_PUT_REVISION = (
    "INSERT INTO document_revisions (document_id, revision, description, body) VALUES (?, ?, ?, ?) USING TTL ?"
)
_PUT_DISPOSITION = (
    "INSERT INTO dispositions (topic, kafka_partition, bucket, kafka_offset, outcome, document_id, revision, reason) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
)
_DISPOSITION = (
    "SELECT outcome, document_id, revision, reason FROM dispositions "
    "WHERE topic = ? AND kafka_partition = ? AND bucket = ? AND kafka_offset = ?"
)
_BUCKET = (
    "SELECT kafka_offset, outcome, document_id, revision, reason FROM dispositions "
    "WHERE topic = ? AND kafka_partition = ? AND bucket = ?"
)


class CassandraDocuments:
    """Sink of ingest, and its DocumentHistory; the DocumentLibrary of tuning.

    What is older than `keep` says leaves by itself. A document's number stays: the next one must be higher.
    """

    def __init__(self, store: Store, keep: Retention = FOREVER) -> None:
        self._store = store
        self._keep = keep
        self._documents: list[list[Statement]] = []
        self._dispositions: list[Statement] = []

    def write(self, effect: Effect[TakenDocument | DroppedDocument]) -> None:
        outcome = effect.outcome
        if isinstance(outcome, TakenDocument):
            self._documents += self._of_document(outcome.chunked, outcome.text)
        self._dispositions.append(_of_disposition(outcome.disposition))

    def flush(self) -> None:
        """Dispositions first: ended in between, the record is delivered again and gets the decision it had.

        The other way round it would be compared with its own revision, found unchanged, and never announced.
        """
        self._store.write(self._dispositions)
        self._store.write_partitions(self._documents)
        self._documents, self._dispositions = [], []

    def latest(self, document_ids: Iterable[str]) -> Mapping[str, Revision]:
        ids = list(dict.fromkeys(document_ids))
        found = self._store.rows_of_each(_LATEST, [(document_id,) for document_id in ids])
        return {
            document_id: _described(document_id, *rows[0]) for document_id, rows in zip(ids, found, strict=True) if rows
        }

    def dispositions(self, positions: Iterable[Position]) -> Mapping[Position, Disposition]:
        wanted = list(positions)
        found = self._store.rows_of_each(_DISPOSITION, [_key(position) for position in wanted])
        return {position: Disposition(position, *rows[0]) for position, rows in zip(wanted, found, strict=True) if rows}

    def dispositions_between(self, topic: str, partition: int, low: int, high: int) -> Iterator[Disposition]:
        """What became of the records with offsets from `low` up to but not including `high`."""
        for bucket in range(low // BUCKET, max(low, high - 1) // BUCKET + 1):
            for row in self._store.rows(_BUCKET, (topic, partition, bucket)):
                if low <= row.kafka_offset < high:
                    yield Disposition(Position(topic, partition, row.kafka_offset), *row[1:])

    def documents(self) -> Iterator[StoredDocument]:
        for row in self._store.rows(_ALL):
            if row.description is not None:
                yield StoredDocument(Revision.model_validate_json(row.description), row.body or "")

    def _of_document(self, chunked: DocumentChunked, text: str) -> list[list[Statement]]:
        """The newest state, number and all at once, and the revision on record: two partitions."""
        revision = Revision.model_validate(chunked.model_dump(exclude={"chunks"}))
        name, number, description = revision.document_id, revision.revision, revision.model_dump_json()
        ttl = self._keep.seconds_left(revision.published_at)
        newest = (_PUT, (number, ttl, revision.retracted, description, text, name))
        return [[(_NUMBER, (name, number, number)), newest], [(_PUT_REVISION, (name, number, description, text, ttl))]]


def _described(document_id: str, number: int, description: str | None) -> Revision:
    return Revision.model_validate_json(description) if description else expired(document_id, number)


def _of_disposition(made: Disposition) -> Statement:
    return _PUT_DISPOSITION, (*_key(made.position), made.outcome, made.document_id, made.revision, made.reason)


def _key(position: Position) -> tuple[str, int, int, int]:
    return position.topic, position.partition, position.offset // BUCKET, position.offset
