"""Making the topics, and reading them from end to end without joining a group."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta

import stamina

from shared.kafka import client
from shared.records import RawRecord
from shared.settings import KafkaSettings
from shared.topology import TOPICS, AnyTopic

READ_S, POLL_S = 30.0, 0.1
ASK_S = 10.0
UNPACKED = {"compression.type": "uncompressed"}
"""The broker unpacks a record before it measures it against `max.message.bytes`. Under any other value it passes on
what a producer packed, and 200 kB can become 200 MB in every process that reads them."""


class UnfinishedReadError(ConnectionError):
    """A topic could not be read to its end in time."""


def create(settings: KafkaSettings) -> list[str]:
    """Make the topics of the topology that do not exist yet and return their names; the others are closed to bombs."""
    made = make(settings, TOPICS)
    unpack(settings, packed(settings))
    return made


def packed(settings: KafkaSettings) -> list[str]:
    """The topics of the topology, with their dead letters, on which a small record can unpack to any size."""
    admin, names = client.admin(settings), [name for topic in TOPICS for name in (topic.name, topic.dead)]
    asked = admin.describe_configs([client.topic_resource(name) for name in names], request_timeout=ASK_S)
    said = {resource.name: future.result()["compression.type"].value for resource, future in asked.items()}
    return sorted(name for name, value in said.items() if value != UNPACKED["compression.type"])


def unpack(settings: KafkaSettings, names: Sequence[str]) -> None:
    """Let the broker keep the records of these topics unpacked from now on; what it has already stays as it is."""
    if names:
        admin, resources = client.admin(settings), [client.topic_resource(name, UNPACKED) for name in names]
        for changed in admin.incremental_alter_configs(resources, request_timeout=ASK_S).values():
            changed.result()


def make(settings: KafkaSettings, wanted: Iterable[AnyTopic]) -> list[str]:
    """Make topics, each with its dead letters, and wait until the brokers know them."""
    return make_new(settings, [new for topic in wanted for new in _new_topics(topic, settings)])


def changelog(settings: KafkaSettings, name: str, partitions: int, config: dict[str, str]) -> client.NewTopic:
    """A compacted topic in which one service keeps its own state."""
    kept = settings.model_copy(update={"partitions": partitions})
    return _new(name, kept, {"cleanup.policy": "compact"} | config)


def make_new(settings: KafkaSettings, wanted: Iterable[client.NewTopic]) -> list[str]:
    """Make those that do not exist yet, also where another process makes them now; returns the names of the others."""
    client.require(settings, [])
    admin = client.admin(settings)
    existing = set(admin.list_topics(timeout=10).topics)
    new = [topic for topic in wanted if topic.topic not in existing]
    if new:
        for future in admin.create_topics(new).values():
            client.unless_there(future)
        _wait_for(admin, {topic.topic for topic in new})
    return [topic.topic for topic in new]


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
            idle = idle + POLL_S if message is None else 0.0
            ended = None if message is None else client.end_of_partition(message)
            if message is not None and ended is None:
                record = client.raw_record(message)
                if record.position.offset < end:
                    yield record
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
        config=UNPACKED | config,
    )


@stamina.retry(on=LookupError, attempts=None, timeout=20, wait_initial=0.05, wait_max=0.5)
def _wait_for(admin: client.Admin, names: set[str]) -> None:
    """New topics reach every broker's metadata a little later than their creation returns."""
    if missing := names - set(admin.list_topics(timeout=5).topics):
        raise LookupError(f"not visible yet: {sorted(missing)}")
