"""Errors that are over once others have taken over from a broker that is away, and asking again until then."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, Protocol

import stamina

from shared.access import FAILOVER_S
from shared.kafka.confluent import KafkaError, KafkaException

_NO_LEADER = {
    KafkaError.NOT_LEADER_FOR_PARTITION, KafkaError.LEADER_NOT_AVAILABLE, KafkaError.FENCED_LEADER_EPOCH,
    KafkaError.UNKNOWN_LEADER_EPOCH,
    KafkaError._NOENT, KafkaError._UNKNOWN_PARTITION,  # noqa: SLF001 (their public names)
}  # fmt: skip
_NO_COORDINATOR = {KafkaError.NOT_COORDINATOR, KafkaError.COORDINATOR_NOT_AVAILABLE}
_NO_ANSWER = {
    KafkaError.REQUEST_TIMED_OUT, KafkaError.COORDINATOR_LOAD_IN_PROGRESS, KafkaError.OFFSET_NOT_AVAILABLE,
    KafkaError.NETWORK_EXCEPTION, KafkaError.BROKER_NOT_AVAILABLE, KafkaError.KAFKA_STORAGE_ERROR,
    KafkaError._TIMED_OUT, KafkaError._TRANSPORT, KafkaError._ALL_BROKERS_DOWN, KafkaError._WAIT_COORD,  # noqa: SLF001 (their public names)
    KafkaError._DESTROY_BROKER,  # noqa: SLF001 (a broker that left the cluster while it was asked)
}  # fmt: skip


class Asker(Protocol):
    """Any of the library's clients."""

    def list_topics(self, *, timeout: float) -> Any: ...


@contextmanager
def refreshing_metadata(asker: Asker, within_s: float) -> Iterator[None]:
    """Where a partition has no leader that the client knows, the client learns all leaders anew, and the error goes on.

    After a broker's restart it would go on to ask with an epoch that is over, or of partitions that it does not know,
    until it looks again by itself.
    """
    try:
        yield
    except KafkaException as error:
        if is_leaderless(error):
            with suppress(KafkaException):
                asker.list_topics(timeout=within_s)
        raise


def is_leaderless(error: Exception) -> bool:
    """Whether a partition has no leader that one knows, as right after its topic was made or its broker stood still."""
    return isinstance(error, KafkaException) and error.args[0].code() in _NO_LEADER


def is_transient(error: Exception) -> bool:
    """Whether it is over once others have taken over from a broker that is away."""
    if isinstance(error, KafkaException):
        return error.args[0].code() in _NO_LEADER | _NO_COORDINATOR | _NO_ANSWER
    return isinstance(error, TimeoutError)


def is_retried_by_consumer(error: KafkaError) -> bool:
    """Whether a consumer that gives this in place of a record goes on by itself.

    It does not where a group has no coordinator: then it never starts the partitions that it was just given
    (https://github.com/confluentinc/librdkafka/issues/5586).
    """
    return error.code() in _NO_LEADER | _NO_ANSWER


retried = stamina.retry(on=is_transient, attempts=None, timeout=FAILOVER_S, wait_initial=0.05, wait_max=0.5)
"""Decorates what may be repeated without harm: it is tried again for as long as a failover may take."""
