"""Making the topics, with what each must have."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta

import stamina

from shared.kafka import access, client
from shared.settings import KafkaSettings
from shared.topology import TOPICS, AnyTopic

ASK_S = 10.0
UNPACKED = {"compression.type": "uncompressed"}
"""The broker unpacks a record before it measures it against `max.message.bytes`. Under any other value it passes on
what a producer packed, and 200 kB can become 200 MB in every process that reads them."""


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
    access.require(settings, [])
    admin = client.admin(settings)
    existing = set(admin.list_topics(timeout=10).topics)
    new = [topic for topic in wanted if topic.topic not in existing]
    if new:
        for future in admin.create_topics(new).values():
            client.unless_there(future)
        _wait_for(admin, {topic.topic for topic in new})
    return [topic.topic for topic in new]


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
        config=UNPACKED | {"min.insync.replicas": str(settings.in_sync)} | config,
    )


@stamina.retry(on=LookupError, attempts=None, timeout=20, wait_initial=0.05, wait_max=0.5)
def _wait_for(admin: client.Admin, names: set[str]) -> None:
    """New topics reach every broker's metadata a little later than their creation returns."""
    if missing := names - set(admin.list_topics(timeout=5).topics):
        raise LookupError(f"not visible yet: {sorted(missing)}")
