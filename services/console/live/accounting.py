"""What the audit reads, from Kafka and Cassandra."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from shared.cassandra.client import connect
from shared.cassandra.dispositions import CassandraDispositions
from shared.kafka import topics
from shared.keeping_settings import NewsSettings, ResultsSettings
from shared.records import RawRecord
from shared.retention import outliving
from shared.settings import CassandraSettings, KafkaSettings
from shared.stored import Disposition

SPARE = timedelta(days=1)
"""So much later than it could the audit begins to count, so that nothing leaves while it reads."""


def counted_since(now: datetime, kafka: KafkaSettings, news: NewsSettings, results: ResultsSettings) -> datetime | None:
    """From when on all is there that the audit counts by, as far as settings say; None: from ever."""
    kept = (outliving(days, kafka.retention_days) for days in (news.keep_dispositions_days, results.keep_days) if days)
    shortest = min(kept, default=None)
    return None if shortest is None else now - timedelta(days=shortest) + SPARE


class LiveAuditSource:
    """Reads the topics from end to end, and the dispositions from the store. What is older than `since` counts not."""

    def __init__(self, kafka: KafkaSettings, cassandra: CassandraSettings, since: datetime | None = None) -> None:
        self._kafka, self.since = kafka, since
        self._store = connect(cassandra)
        self._dispositions = CassandraDispositions(self._store)

    def close(self) -> None:
        """Leave the store: a session that outlives its servers looks for them until the process ends."""
        self._store.close()

    def ranges(self, topic: str) -> dict[int, tuple[int, int]]:
        return topics.ranges(self._kafka, topic, self.since)

    def read(self, topic: str) -> Iterable[RawRecord]:
        return topics.read_all(self._kafka, topic)

    def dispositions(self, topic: str, partition: int, low: int, high: int) -> Iterable[Disposition]:
        return self._dispositions.between(topic, partition, low, high)
