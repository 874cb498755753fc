"""A process's reading and writing of topics in memory: the twin of `shared/kafka/bus.py`."""

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from shared.bus import unheard
from shared.losses import Losses
from shared.memory.broker import MemoryBroker, MemoryDeadLetters, MemorySink, MemorySource
from shared.messages import Message
from shared.topology import LOSSES, AnyTopic

O = TypeVar("O")  # noqa: E741  (O is for outcome)


class MemoryBus:
    """Implements Bus. A source has all partitions as soon as it is made."""

    def __init__(self, broker: MemoryBroker, name: str) -> None:
        self.name = name
        self._broker = broker

    def source(self, topics: Sequence[AnyTopic], on_assigned: Callable[[], None] = unheard) -> MemorySource:
        on_assigned()
        lost = Losses(self.name, lambda loss: self._broker.publish(LOSSES, loss)).tell
        return MemorySource(self._broker, topics, self.name, lost)

    def sink(self, topic: AnyTopic, messages: Callable[[O], Iterable[Message]]) -> MemorySink[O]:
        return MemorySink(self._broker, topic, messages)

    def dead_letters(self) -> MemoryDeadLetters:
        return MemoryDeadLetters(self._broker, self.name)
