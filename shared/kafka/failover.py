"""What passes when a broker is away and its partitions and groups go to others, and waiting for that."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

import stamina

from shared.kafka.confluent import KafkaError, KafkaException

FAILOVER_S = 60.0
"""A broker is given up after 12 s, and others then take over: on a busy machine all of it took 36 s."""
_NO_LEADER = {
    KafkaError.NOT_LEADER_FOR_PARTITION, KafkaError.LEADER_NOT_AVAILABLE, KafkaError.FENCED_LEADER_EPOCH,
    KafkaError.UNKNOWN_LEADER_EPOCH, KafkaError._NOENT, KafkaError._UNKNOWN_PARTITION,  # noqa: SLF001 (their public names)
}  # fmt: skip
_NO_ANSWER = {
    KafkaError.REQUEST_TIMED_OUT, KafkaError.COORDINATOR_LOAD_IN_PROGRESS, KafkaError.COORDINATOR_NOT_AVAILABLE,
    KafkaError.NOT_COORDINATOR, KafkaError.OFFSET_NOT_AVAILABLE, KafkaError.NETWORK_EXCEPTION,
    KafkaError.BROKER_NOT_AVAILABLE, KafkaError.KAFKA_STORAGE_ERROR,
    KafkaError._TIMED_OUT, KafkaError._TRANSPORT, KafkaError._ALL_BROKERS_DOWN, KafkaError._WAIT_COORD,  # noqa: SLF001 (their public names)
    KafkaError._DESTROY_BROKER,  # noqa: SLF001 (a broker that left the cluster while it was asked)
}  # fmt: skip


class Asker(Protocol):
    """Any of the library's clients."""

    def list_topics(self, *, timeout: float) -> Any: ...


@contextmanager
def learning(asker: Asker, within_s: float) -> Iterator[None]:
    """Where a question fails since leaders moved, the client learns them anew: it goes by what it was told last.

    After a broker's restart it would go on to ask with an epoch that is over, or of partitions that it does not know,
    until it looks again by itself.
    """
    try:
        yield
    except KafkaException as error:
        if passes(error):
            asker.list_topics(timeout=within_s)
        raise


def is_leaderless(error: Exception) -> bool:
    """Whether a partition has no leader that one knows, as right after its topic was made or its broker stood still."""
    return isinstance(error, KafkaException) and error.args[0].code() in _NO_LEADER


def passes(error: Exception | KafkaError | None) -> bool:
    """Whether it is gone once others have taken over from a broker that is away."""
    said = error.args[0] if isinstance(error, KafkaException) else error
    return isinstance(said, TimeoutError) or (isinstance(said, KafkaError) and said.code() in _NO_LEADER | _NO_ANSWER)


outlasted = stamina.retry(on=passes, attempts=None, timeout=FAILOVER_S, wait_initial=0.05, wait_max=0.5)
"""Decorates what asks a broker and changes nothing: it is asked again for as long as a failover may take."""
