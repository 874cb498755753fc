"""A consumer group's view of some topics, polled in batches and committed by hand."""

from collections.abc import Callable, Sequence

import structlog

from shared.kafka import client, consumed
from shared.records import RawRecord
from shared.settings import KafkaSettings
from shared.topology import AnyTopic

log = structlog.get_logger()


class KafkaSource:
    """Implements the runner's Source on Kafka. `on_assigned` is called once partitions are ours.

    `linger_s`: how long a record may wait for others that share its batch; for work that takes far longer than that.
    """

    def __init__(
        self,
        settings: KafkaSettings,
        topics: Sequence[AnyTopic],
        group: str,
        on_assigned: Callable[[], None] = lambda: None,
        linger_s: float = 0.0,
    ) -> None:
        self.topics = topics
        self._consumer = client.consumer(settings, group)
        self._on_assigned = on_assigned
        self._linger_s = linger_s
        self._held: list[RawRecord] = []
        self._paused = False
        self._consumer.subscribe(
            [topic.name for topic in topics],
            on_assign=self._assigned,
            on_revoke=self._revoked,
            on_lost=self._revoked,
        )

    def poll(self, limit: int, wait_s: float) -> Sequence[RawRecord]:
        """Wait for the first record, then take what else there is: a lone record waits for `linger_s` and no longer."""
        if self._paused:
            self._consumer.resume(self._consumer.assignment())
            self._paused = False
        if self._held:
            held, self._held = self._held, []
            return held
        return consumed.take(self._consumer, limit, wait_s, self._linger_s)

    def keep_alive(self) -> None:
        """Poll with everything paused; what slips in after a rebalance is held for the next poll."""
        self._consumer.pause(self._consumer.assignment())
        self._paused = True
        self._held += [consumed.raw_record(message) for message in self._consumer.consume(100, timeout=0)]

    def commit(self, records: Sequence[RawRecord]) -> None:
        """Commit past the records; partitions that another member took over are left to it."""
        ends: dict[tuple[str, int], int] = {}
        for topic, partition, offset in (record.position for record in records):
            ends[topic, partition] = max(ends.get((topic, partition), 0), offset + 1)
        offsets = [client.TopicPartition(topic, partition, end) for (topic, partition), end in ends.items()]
        try:
            self._consumer.commit(offsets=offsets, asynchronous=False)
        except client.KafkaException as error:
            if not client.lost_partition(error):
                raise
            log.info("left to another member", partitions=sorted(ends))

    def close(self) -> None:
        self._consumer.close()

    def _assigned(self, _: client.Consumer, partitions: list[client.TopicPartition]) -> None:
        log.info("assigned", partitions=[(p.topic, p.partition) for p in partitions])
        self._on_assigned()

    def _revoked(self, _: client.Consumer, partitions: list[client.TopicPartition]) -> None:
        gone = {(p.topic, p.partition) for p in partitions}
        self._held = [record for record in self._held if record.position[:2] not in gone]
