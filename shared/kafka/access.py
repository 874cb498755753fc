"""Whether the broker is there, lets us in, and has the topics that we need."""

from collections import deque
from collections.abc import Iterable

import stamina

from shared.access import GRANT, MissingTopicError, RefusedError, UnreachableError
from shared.kafka import client
from shared.masking import masked
from shared.settings import KafkaSettings

HEARD = 20
"""The last errors of a client that are looked at."""


def require(settings: KafkaSettings, topics: list[str]) -> None:
    """Wait for the broker, then insist on the topics.

    Raises UnreachableError after `startup_wait_s`, RefusedError where we are not let in or may not know of a topic,
    MissingTopicError where `tiltyard setup` has not run.
    """
    errors = deque[client.KafkaError](maxlen=HEARD)
    asker = client.admin(settings, errors.append)
    if missing := sorted(set(topics) - _known_topics(asker, settings, errors)):
        if hidden := [name for name in missing if _hidden(asker, name)]:
            raise RefusedError(f"Kafka does not let {settings.who} use {_called(hidden, settings)}; {GRANT}")
        raise MissingTopicError(f"missing topics: {_called(missing, settings)}. Make them with `tiltyard setup`.")


def _known_topics(asker: client.Admin, settings: KafkaSettings, errors: Iterable[client.KafkaError]) -> set[str]:
    try:
        for attempt in stamina.retry_context(
            on=client.KafkaException, attempts=None, timeout=settings.startup_wait_s, wait_max=2.0
        ):
            with attempt:
                return _listed(asker, settings, errors)
    except client.KafkaException as error:
        raise UnreachableError(
            f"no Kafka broker answers at {masked(settings.bootstrap_servers)} (waited {settings.startup_wait_s:g} s): "
            f"start it (`tiltyard up`) or set TILTYARD_KAFKA_BOOTSTRAP_SERVERS."
        ) from error
    raise AssertionError("a retry ends by returning or raising")


def _listed(asker: client.Admin, settings: KafkaSettings, errors: Iterable[client.KafkaError]) -> set[str]:
    try:
        return set(asker.list_topics(timeout=min(3.0, max(0.1, settings.startup_wait_s))).topics)
    except client.KafkaException:
        asker.poll(0)  # what it is told of its brokers comes then
        client.refuse_closed_door(settings, errors)
        raise


def _called(topics: Iterable[str], settings: KafkaSettings) -> str:
    """As whoever looks at the broker sees them."""
    return ", ".join(map(settings.installation.named, topics))


def _hidden(asker: client.Admin, topic: str) -> bool:
    error = asker.list_topics(topic, timeout=10).topics[topic].error
    return error is not None and client.forbidden(error)
