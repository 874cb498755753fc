"""Reading topics from end to end without joining a group."""

from collections.abc import Iterator
from datetime import datetime

from shared.access import FAILOVER_S
from shared.kafka import access, client, consumed, failover
from shared.records import RawRecord
from shared.settings import KafkaSettings

READ_S, ASK_S, POLL_S = FAILOVER_S, 5.0, 0.1


class UnfinishedReadError(ConnectionError):
    """A topic could not be read to its end in time."""


class Follower:
    """Every record of a topic as it comes, without joining a group; starts at what is kept, or at the end."""

    def __init__(self, settings: KafkaSettings, topic: str, *, from_end: bool = False) -> None:
        kept = ranges(settings, topic)
        self._ends = {partition: high for partition, (low, high) in kept.items() if high > low}
        self._consumer = client.consumer(settings, "reader")
        self._places = [
            client.TopicPartition(topic, partition, high if from_end else low)
            for partition, (low, high) in kept.items()
        ]
        self._consumer.assign(self._places)

    def poll(self, wait_s: float) -> RawRecord | None:
        """The next record, or None when none came within `wait_s`."""
        return next(iter(consumed.take(self._consumer, 1, wait_s)), None)

    def caught_up(self) -> bool:
        """Whether everything that was there at the start has been read."""
        places = self._consumer.position(self._places)
        return all(place.offset >= self._ends.get(place.partition, place.offset) for place in places)

    def close(self) -> None:
        self._consumer.close()


class RangeReader:
    """Reads parts of partitions, in order and whole, without joining a group.

    `uncommitted`: records of transactions that are open or were given up are read too.
    """

    def __init__(self, settings: KafkaSettings, *, uncommitted: bool = False) -> None:
        self._consumer = client.reader(settings, uncommitted=uncommitted)

    def range_of(self, topic: str, partition: int) -> tuple[int, int]:
        """First offset and end offset, asked of the broker now."""
        return _ends(self._consumer, client.TopicPartition(topic, partition))

    def read(self, topic: str, partition: int, start: int, end: int) -> Iterator[RawRecord]:
        """The records from offset `start` up to, and without, `end`; raises UnfinishedReadError when cut short.

        Offsets at which nothing stands (compacted, expired, marks of transactions) are passed over: the consumer's own
        position, or the end of the partition, tells that there is nothing more.
        """
        if start >= end:
            return
        place = client.TopicPartition(topic, partition, start)
        self._consumer.assign([place])
        try:
            yield from self._up_to(place, end)
        finally:
            self._consumer.unassign()

    def _up_to(self, place: client.TopicPartition, end: int) -> Iterator[RawRecord]:
        idle = 0.0
        while idle < READ_S:
            message = self._consumer.poll(POLL_S)
            idle = idle + POLL_S if message is None or message.error() is not None else 0.0
            ended = None if message is None else consumed.end_of_partition(message)
            if message is not None and ended is None:
                yield from (record for record in consumed.raw_records([message]) if record.position.offset < end)
            if max(ended or 0, self._consumer.position([place])[0].offset) >= end:
                return
        raise UnfinishedReadError(f"{place.topic}[{place.partition}]: no record for {READ_S:g} s before offset {end}")

    def close(self) -> None:
        self._consumer.close()


def read_all(settings: KafkaSettings, topic: str) -> Iterator[RawRecord]:
    """Every record that a topic holds now, partition order kept; raises UnfinishedReadError when cut short."""
    kept = ranges(settings, topic)
    reader = RangeReader(settings)
    try:
        for partition, (low, high) in kept.items():
            yield from reader.read(topic, partition, low, high)
    finally:
        reader.close()


def ranges(settings: KafkaSettings, topic: str, since: datetime | None = None) -> dict[int, tuple[int, int]]:
    """First offset and end offset of each partition; of what was appended since then, where that is said."""
    access.require(settings, [topic])
    consumer = client.consumer(settings, "reader")
    try:
        partitions = consumer.list_topics(topic, timeout=10).topics[topic].partitions
        kept = {p: _ends(consumer, client.TopicPartition(topic, p)) for p in partitions}
        return kept if since is None else _from(consumer, topic, kept, since)
    finally:
        consumer.close()


@failover.retried
def _from(
    consumer: client.Consumer, topic: str, kept: dict[int, tuple[int, int]], since: datetime
) -> dict[int, tuple[int, int]]:
    stamp = round(1_000 * since.timestamp())
    with failover.refreshing_metadata(consumer, ASK_S):
        found = consumer.offsets_for_times([client.TopicPartition(topic, p, stamp) for p in kept], timeout=ASK_S)
    firsts = {place.partition: place.offset for place in found}
    return {p: (min(max(low, firsts[p]), high) if firsts[p] >= 0 else high, high) for p, (low, high) in kept.items()}


@failover.retried
def _ends(consumer: client.Consumer, place: client.TopicPartition) -> tuple[int, int]:
    """First offset and end offset; a partition that was just made may have no leader yet."""
    return consumed.kept(consumer, place, ASK_S)


def identity(settings: KafkaSettings, topic: str) -> str:
    """The id that the cluster gave a topic; one made anew under the same name has another."""
    access.require(settings, [topic])
    admin = client.admin(settings)  # its futures die with it
    described = admin.describe_topics(client.TopicCollection([topic]))
    return str(described[topic].result(timeout=10).topic_id)
