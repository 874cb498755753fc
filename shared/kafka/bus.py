"""A process's reading and writing of topics on Kafka: one producer, and a consumer for each source."""

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from shared.bus import unheard
from shared.kafka.sink import Delivery, KafkaDeadLetters, KafkaSink
from shared.kafka.source import KafkaSource
from shared.messages import Message
from shared.settings import KafkaSettings
from shared.topology import AnyTopic

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

        return KafkaSource(self._settings, topics, self.name, assigned, self._linger_s)

    def sink(self, topic: AnyTopic, messages: Callable[[O], Iterable[Message]]) -> KafkaSink[O]:
        return KafkaSink(self._delivery, topic, messages)

    def dead_letters(self) -> KafkaDeadLetters:
        return KafkaDeadLetters(self._delivery, self.name)
