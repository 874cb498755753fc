"""Clients configured the way every part of Tiltyard needs them.

Every producer partitions with murmur2, as Java's and aiokafka's do: with librdkafka's own default, keyed topics
would not be co-partitioned and joins by key would never complete.
"""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from typing import Any, TypeAlias, TypeVar

from shared import kafka_options
from shared.access import GRANT
from shared.kafka.confluent import (
    TIMESTAMP_NOT_AVAILABLE,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    KafkaError,
    KafkaException,
    NewTopic,
    OffsetSpec,
    ResourceType,
    TopicCollection,
    TopicPartition,
)
from shared.kafka.confluent import Message as KafkaMessage
from shared.kafka.passwords import followed
from shared.kafka.prefixed import Consumer, Producer
from shared.kafka.prefixed_admin import Admin
from shared.renewing import kafka_password
from shared.settings import KafkaSettings

__all__ = [
    "TIMESTAMP_NOT_AVAILABLE", "Admin", "Consumer", "KafkaError", "KafkaException", "KafkaMessage",
    "NewTopic", "OffsetSpec", "Producer", "TopicCollection", "TopicPartition",
]  # fmt: skip
C = TypeVar("C", Consumer, Producer, Admin)
Hear: TypeAlias = Callable[[KafkaError], None]
MAX_BYTES, SMALL_BYTES = 8 * 1024 * 1024, 16 * 1024
_DENIED = {
    KafkaError.TOPIC_AUTHORIZATION_FAILED, KafkaError.GROUP_AUTHORIZATION_FAILED,
    KafkaError.CLUSTER_AUTHORIZATION_FAILED, KafkaError.TRANSACTIONAL_ID_AUTHORIZATION_FAILED,
}  # fmt: skip
_LOST = {
    *(KafkaError.ILLEGAL_GENERATION, KafkaError.UNKNOWN_MEMBER_ID, KafkaError.REBALANCE_IN_PROGRESS),
    KafkaError._NO_OFFSET,  # noqa: SLF001 (its public name)
    KafkaError._STATE,  # noqa: SLF001 (its public name)
}


def _unheard(_: KafkaError) -> None: ...


def consumer(settings: KafkaSettings, group: str) -> Consumer:
    """A consumer that commits only when told to and starts a new group at the beginning."""
    options = {
        "group.id": _group(settings, group),
        "enable.auto.commit": False,
        "auto.offset.reset": "earliest",
        "partition.assignment.strategy": "cooperative-sticky",
        "fetch.message.max.bytes": MAX_BYTES,
        "session.timeout.ms": round(1_000 * settings.session_s),
        "heartbeat.interval.ms": round(300 * settings.session_s),
    }
    return _made(Consumer, settings, f"{group}-consumer", options)


def reader(settings: KafkaSettings, *, uncommitted: bool, ahead: int = 100_000) -> Consumer:
    """A consumer that is put wherever it shall read and says where a partition ends; it joins no group.

    `ahead`: records that it fetches before they are asked for; with 1 it fetches little at once.
    """
    level = "read_uncommitted" if uncommitted else "read_committed"
    options = {
        "group.id": _group(settings, "reader"),
        "enable.auto.commit": False,
        "enable.partition.eof": True,
        "fetch.wait.max.ms": 10,  # a fetch that waits at one end holds up the next partition
        "auto.offset.reset": "earliest",
        "isolation.level": level,
        "queued.min.messages": ahead,
        "fetch.message.max.bytes": MAX_BYTES if ahead > 1 else SMALL_BYTES,
    }
    return _made(Consumer, settings, "reader-consumer", options)


def producer(settings: KafkaSettings, client: str, hear: Hear = _unheard) -> Producer:
    """An idempotent producer that sends at once. `hear` is told what keeps it from its brokers."""
    options: dict[str, Any] = {
        "acks": "all",
        "enable.idempotence": True,
        "partitioner": "murmur2_random",
        "linger.ms": 0,
        "compression.type": "lz4",
    }
    options |= {"message.max.bytes": MAX_BYTES, "error_cb": hear}
    return _made(Producer, settings, f"{client}-producer", options)


def admin(settings: KafkaSettings, hear: Hear = _unheard) -> Admin:
    """A client for topics and offsets. `hear` is told, when it polls, what keeps it from its brokers."""
    return _made(Admin, settings, "admin", {"error_cb": hear})


def commit_of(place: tuple[str, int], end: int, note: str) -> TopicPartition:
    """An offset to be committed, with a note that is kept beside it."""
    return TopicPartition(*place, end, note)


def topic_resource(name: str, changes: Mapping[str, str] | None = None) -> ConfigResource:
    """A topic as the admin client names it, with the settings that are to be changed."""
    entries = [
        ConfigEntry(setting, value, incremental_operation=AlterConfigOpType.SET)
        for setting, value in (changes or {}).items()
    ]
    return ConfigResource(ResourceType.TOPIC, name, incremental_configs=entries)


def refuse_closed_door(settings: KafkaSettings, errors: Iterable[KafkaError]) -> None:
    """Raise RefusedError where waiting does not help: librdkafka itself would try for ever, and say so in its log."""
    unauthenticated = [error.str() for error in errors if error.code() == KafkaError._AUTHENTICATION]  # noqa: SLF001
    kafka_options.refuse_closed_door(settings.bootstrap_servers, settings.client_options, unauthenticated)


def denied(error: BaseException) -> str:
    """What the broker does not let us do, in one line; empty where an error says something else."""
    about = error.args[0] if isinstance(error, KafkaException) else None
    return f"Kafka refuses it: {about.str()}; {GRANT}" if isinstance(about, KafkaError) and forbidden(about) else ""


def forbidden(error: KafkaError) -> bool:
    """Whether a grant is missing."""
    return error.code() in _DENIED


def lost_partition(error: KafkaException) -> bool:
    """Whether a commit failed because the partitions belong to another member by now."""
    return error.args[0].code() in _LOST


def unless_there(creation: "Future[None]") -> None:
    """Wait until a topic is made; it may have been made by somebody else meanwhile."""
    try:
        creation.result()
    except KafkaException as error:
        if error.args[0].code() != KafkaError.TOPIC_ALREADY_EXISTS:
            raise


def _group(settings: KafkaSettings, group: str) -> str:
    """As the brokers call it: a group is given by its name, unlike a topic, when a consumer is made."""
    return settings.installation.named(f"{settings.group_prefix}-{group}")


def _made(kind: type[C], settings: KafkaSettings, client: str, options: dict[str, Any]) -> C:
    """With the password as it is now, and followed in case that it changes."""
    password = kafka_password(settings)
    common = {
        "bootstrap.servers": settings.bootstrap_servers,
        "client.id": settings.installation.named(f"tiltyard-{client}"),
        "logger": logging.getLogger("librdkafka"),
        "topic.metadata.refresh.interval.ms": 30_000,
    }
    common |= settings.client_options | ({kafka_options.PASSWORD: password} if password else {})
    return followed(kind(common | options, settings.installation), settings, password)


@contextmanager
def reaching() -> Iterator[None]:
    """Errors of the client as ConnectionError."""
    try:
        yield
    except KafkaException as error:
        raise ConnectionError(f"the broker does not answer: {error}") from error
