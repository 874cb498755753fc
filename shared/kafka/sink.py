"""Producing: outcomes to a topic, and dead letters to theirs. A flush returns only when the broker has it all."""

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Generic, TypeVar

from shared import dead_letters
from shared.access import FAILOVER_S, GRANT, RefusedError
from shared.kafka import access, client, consumed
from shared.messages import Message
from shared.records import Effect, Position, RawRecord
from shared.settings import KafkaSettings
from shared.telemetry import tracing
from shared.telemetry.tracing import Headers
from shared.topology import AnyTopic

O = TypeVar("O")  # noqa: E741  (O is for outcome)
FLUSH_S = FAILOVER_S
NO_TRACE: Headers = {}


class DeliveryError(ConnectionError):
    """The broker did not take a record."""


class Delivery:
    """A producer that remembers what the broker refused and raises it at the flush.

    `stored` hears the position and the key of every record that the broker has taken.
    """

    def __init__(
        self,
        settings: KafkaSettings,
        name: str,
        stored: Callable[[Position, bytes | None], None] = lambda *_: None,
    ) -> None:
        self._kept_away = deque[client.KafkaError](maxlen=access.HEARD)
        self._producer = client.producer(settings, name, self._kept_away.append)
        self._settings = settings
        self._refused: list[str] = []
        self._forbidden: set[str] = set()
        self._stored = stored

    def send(
        self, topic: str, key: bytes | None, value: bytes | None, headers: dict[str, bytes], partition: int = -1
    ) -> None:
        """Queue one record, for its key's partition unless one is named; where the queue is full, wait for room."""
        while True:
            try:
                return self._producer.produce(
                    topic,
                    key=key,
                    value=value,
                    headers=dict(headers),
                    partition=partition,
                    on_delivery=self._delivered,
                )
            except BufferError:
                self._producer.poll(0.1)

    def flush(self) -> None:
        """Wait until every queued record is stored; raises DeliveryError otherwise; RefusedError: a grant lacks."""
        waiting = self._producer.flush(FLUSH_S)
        refused, self._refused = self._refused, []
        if self._forbidden:
            raise RefusedError(
                f"Kafka does not let {self._settings.who} write to {', '.join(sorted(self._forbidden))}; {GRANT}"
            )
        if waiting:
            client.refuse_closed_door(self._settings, self._kept_away)
        if waiting or refused:
            raise DeliveryError(self._failure(waiting, refused))

    def _failure(self, waiting: int, refused: Sequence[str]) -> str:
        """What was not delivered, why, and what to do."""
        problems = [f"the broker refused {len(refused)} records: {'; '.join(refused[:3])}"] if refused else []
        if waiting:
            problems.append(
                f"{waiting} records did not reach the broker at {self._settings.bootstrap_servers} within "
                f"{FLUSH_S:g} s: start it (`tiltyard up`) or set TILTYARD_KAFKA_BOOTSTRAP_SERVERS"
            )
        return "; ".join(problems)

    def _delivered(self, error: Any, message: Any) -> None:
        if error is not None and client.forbidden(error):
            self._forbidden.add(str(message.topic()))
        elif error is not None:
            self._refused.append(f"{message.topic()}: {error}")
        else:
            self._stored(consumed.position_of(message), message.key())


class KafkaSink(Generic[O]):
    """Publishes what `messages` makes of each outcome, at the flush: what earlier sinks stored is stored by then."""

    def __init__(self, delivery: Delivery, topic: AnyTopic, messages: Callable[[O], Iterable[Message]]) -> None:
        self._delivery = delivery
        self._topic = topic
        self._messages = messages
        self._waiting: list[Effect[O]] = []

    def write(self, effect: Effect[O]) -> None:
        self._waiting.append(effect)

    def flush(self) -> None:
        for effect in self._waiting:
            for message in self._messages(effect.outcome):
                publish(self._delivery, self._topic, message, effect.cause.headers)
        self._waiting.clear()
        self._delivery.flush()


class KafkaDeadLetters:
    """Keeps dead letters on `<topic>.dead`."""

    def __init__(self, delivery: Delivery, service: str) -> None:
        self._delivery = delivery
        self._service = service

    def bury(self, record: RawRecord, reason: str) -> None:
        letter = dead_letters.letter(record, reason, self._service)
        self._delivery.send(letter.topic, letter.key, letter.value, letter.headers)

    def flush(self) -> None:
        self._delivery.flush()


def publish(delivery: Delivery, topic: AnyTopic, message: Message, headers: Headers = NO_TRACE) -> None:
    """Queue one message under its key; `headers`: of the record from which it follows."""
    key = topic.key_of(message)
    sent = tracing.sent(topic.name, key, headers)
    delivery.send(topic.name, key.encode(), message.model_dump_json().encode(), sent)
