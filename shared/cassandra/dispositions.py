"""What became of every record of the documents topic, in Cassandra: a bucket of offsets is one partition."""

from collections.abc import Iterable, Iterator, Mapping

from shared.cassandra.client import Statement, Store
from shared.records import Effect, Position
from shared.retention import seconds
from shared.stored import Disposition, DocumentOutcome

BUCKET = 10_000
_PUT = (
    "INSERT INTO dispositions (topic, kafka_partition, bucket, kafka_offset, outcome, document_id, revision, reason) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?) USING TTL ?"
)
_GET = (
    "SELECT outcome, document_id, revision, reason FROM dispositions "
    "WHERE topic = ? AND kafka_partition = ? AND bucket = ? AND kafka_offset = ?"
)
_BUCKET = (
    "SELECT kafka_offset, outcome, document_id, revision, reason FROM dispositions "
    "WHERE topic = ? AND kafka_partition = ? AND bucket = ?"
)


class CassandraDispositions:
    """The first sink of ingest, and Dispositions. `keep_days`: after so long they leave; 0: never."""

    def __init__(self, store: Store, keep_days: float = 0.0) -> None:
        self._store, self._ttl = store, seconds(keep_days)
        self._waiting: list[Statement] = []

    def write(self, effect: Effect[DocumentOutcome]) -> None:
        self._waiting.append(put(effect.outcome.disposition, self._ttl))

    def flush(self) -> None:
        self._store.write(self._waiting)
        self._waiting = []

    def of(self, positions: Iterable[Position]) -> Mapping[Position, Disposition]:
        wanted = list(positions)
        result_sets = self._store.rows_of_each(_GET, [_key(position) for position in wanted])
        return {
            position: Disposition(position, *rows[0])
            for position, rows in zip(wanted, result_sets, strict=True)
            if rows
        }

    def between(self, topic: str, partition: int, low: int, high: int) -> Iterator[Disposition]:
        """What became of the records with offsets from `low` up to but not including `high`."""
        for bucket in range(low // BUCKET, max(low, high - 1) // BUCKET + 1):
            for row in self._store.rows(_BUCKET, (topic, partition, bucket)):
                if low <= row.kafka_offset < high:
                    yield Disposition(Position(topic, partition, row.kafka_offset), *row[1:])


def put(disposition: Disposition, ttl: int) -> Statement:
    """Writes one; 0 is for ever."""
    decision = (disposition.outcome, disposition.document_id, disposition.revision, disposition.reason)
    return _PUT, (*_key(disposition.position), *decision, ttl)


def _key(position: Position) -> tuple[str, int, int, int]:
    return position.topic, position.partition, position.offset // BUCKET, position.offset
