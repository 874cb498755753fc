"""Making the topics, and reading them from end to end without joining a group."""

from collections.abc import Iterable, Iterator
from datetime import timedelta

import stamina

from shared.kafka import client
from shared.records import RawRecord
from shared.settings import KafkaSettings
from shared.topology import TOPICS, AnyTopic

READ_S = 30.0


class UnfinishedReadError(ConnectionError):
    """A topic could not be read to its end in time."""


def create(settings: KafkaSettings) -> list[str]:
    """Make the topics of the topology that do not exist yet and return their names."""
    return make(settings, TOPICS)


def make(settings: KafkaSettings, wanted: Iterable[AnyTopic]) -> list[str]:
    """Make topics, each with its dead letters, and wait until the brokers know them."""
    client.require(settings, [])
    admin = client.admin(settings)
    existing = set(admin.list_topics(timeout=10).topics)
    new = [one for topic in wanted for one in _new_topics(topic, settings) if one.topic not in existing]
    if new:
        for future in admin.create_topics(new).values():
            future.result()
        _wait_for(admin, {one.topic for one in new})
    return [one.topic for one in new]


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
        message = self._consumer.poll(wait_s)
        return None if message is None else client.raw_record(message)

    def caught_up(self) -> bool:
        """Whether everything that was there at the start has been read."""
        places = self._consumer.position(self._places)
        return all(place.offset >= self._ends.get(place.partition, place.offset) for place in places)

    def close(self) -> None:
        self._consumer.close()


def read_all(settings: KafkaSettings, topic: str) -> Iterator[RawRecord]:
    """Every record that a topic holds now, partition order kept; raises UnfinishedReadError when cut short."""
    kept = ranges(settings, topic)
    consumer = client.consumer(settings, "reader")
    try:
        for partition, (low, high) in kept.items():
            if high > low:
                yield from _read_partition(consumer, client.TopicPartition(topic, partition, low), high)
    finally:
        consumer.close()


def _read_partition(consumer: client.Consumer, start: client.TopicPartition, high: int) -> Iterator[RawRecord]:
    """Read up to `high`; the consumer's own position tells the end, since compaction leaves gaps."""
    consumer.assign([start])
    idle = 0.0
    while idle < READ_S:
        message = consumer.poll(0.1)
        if message is not None:
            idle = 0.0
            record = client.raw_record(message)
            if record.position.offset < high:
                yield record
        else:
            idle += 0.1
        if consumer.position([start])[0].offset >= high:
            return
    raise UnfinishedReadError(f"{start.topic}[{start.partition}]: no record for {READ_S:g} s before offset {high}")


def ranges(settings: KafkaSettings, topic: str) -> dict[int, tuple[int, int]]:
    """First offset and end offset of each partition."""
    client.require(settings, [topic])
    consumer = client.consumer(settings, "reader")
    try:
        partitions = consumer.list_topics(topic, timeout=10).topics[topic].partitions
        return {p: _ends(consumer, client.TopicPartition(topic, p)) for p in partitions}
    finally:
        consumer.close()


@stamina.retry(on=client.leaderless, attempts=None, timeout=20, wait_initial=0.05, wait_max=0.5)
def _ends(consumer: client.Consumer, place: client.TopicPartition) -> tuple[int, int]:
    """First offset and end offset; a partition that was just made may have no leader yet."""
    low, high = consumer.get_watermark_offsets(place, timeout=10)
    return low, high


def identity(settings: KafkaSettings, topic: str) -> str:
    """The id that the cluster gave a topic; one made anew under the same name has another."""
    client.require(settings, [topic])
    admin = client.admin(settings)  # its futures die with it
    described = admin.describe_topics(client.TopicCollection([topic]))
    return str(described[topic].result(timeout=10).topic_id)


def _new_topics(topic: AnyTopic, settings: KafkaSettings) -> Iterator[client.NewTopic]:
    retention = {"retention.ms": str(int(timedelta(days=settings.retention_days) / timedelta(milliseconds=1)))}
    size = {"max.message.bytes": str(topic.max_bytes), "message.timestamp.type": "LogAppendTime"}
    kept = {"cleanup.policy": "compact"} if topic.kept == "compacted" else retention
    yield _new(topic.name, settings, size | kept)
    yield _new(topic.dead, settings, size | retention)


def _new(name: str, settings: KafkaSettings, config: dict[str, str]) -> client.NewTopic:
    return client.NewTopic(
        name,
        num_partitions=settings.partitions,
        replication_factor=settings.replication_factor,
        config=config,
    )


@stamina.retry(on=LookupError, attempts=None, timeout=20, wait_initial=0.05, wait_max=0.5)
def _wait_for(admin: client.Admin, names: set[str]) -> None:
    """New topics reach every broker's metadata a little later than their creation returns."""
    if missing := names - set(admin.list_topics(timeout=5).topics):
        raise LookupError(f"not visible yet: {sorted(missing)}")
