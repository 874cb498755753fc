"""A process's reading and writing of topics on Kafka: one producer, and a consumer for each source."""

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from shared.bus import unheard
from shared.kafka.sink import Delivery, KafkaDeadLetters, KafkaSink, publish
from shared.kafka.source import KafkaSource
from shared.losses import Losses
from shared.messages import Message, RecordsLost
from shared.settings import KafkaSettings
from shared.topology import LOSSES, AnyTopic

O = TypeVar("O")  # noqa: E741  (O is for outcome)


class KafkaBus:
    """Implements Bus. `announce` is called after each assignment; `linger_s` is as in KafkaSource."""

    def __init__(
        self, settings: KafkaSettings, name: str, announce: Callable[[], None] = unheard, linger_s: float = 0.0
    ) -> None:
        self.name = name
        self._settings = settings
        self._announce = announce
        self._linger_s = linger_s
        self._delivery = Delivery(settings, name)

    def source(self, topics: Sequence[AnyTopic], on_assigned: Callable[[], None] = unheard) -> KafkaSource:
        def assigned() -> None:
            on_assigned()
            self._announce()

        lost = Losses(self.name, lambda loss: write_down(self._settings, self.name, loss)).tell
        return KafkaSource(self._settings, topics, self.name, assigned, self._linger_s, lost=lost)

    def sink(self, topic: AnyTopic, messages: Callable[[O], Iterable[Message]]) -> KafkaSink[O]:
        return KafkaSink(self._delivery, topic, messages)

    def dead_letters(self) -> KafkaDeadLetters:
        return KafkaDeadLetters(self._delivery, self.name)


def write_down(settings: KafkaSettings, name: str, loss: RecordsLost) -> None:
    """The broker has it when this returns; raises what a flush raises. Losses are rare: each has its own producer."""
    delivery = Delivery(settings, f"{name}-losses")
    publish(delivery, LOSSES, loss)
    delivery.flush()
