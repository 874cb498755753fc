"""A compacted topic as a dictionary that keeps up, in memory: the twin of `shared/kafka/view.py`."""

from typing import Generic, TypeVar

from shared.latest import Latest
from shared.memory.broker import MemoryBroker, MemoryTail
from shared.messages import Message
from shared.topology import Topic

AT_ONCE = 1_000
M = TypeVar("M", bound=Message)


class MemoryView(Generic[M]):
    """Follows one topic from its start."""

    def __init__(self, broker: MemoryBroker, topic: Topic[M]) -> None:
        self._tail = MemoryTail(broker, topic.name)
        self._latest = Latest(topic)

    @property
    def values(self) -> dict[str, M]:
        return self._latest.values

    def refresh(self) -> dict[str, M]:
        """The values by key as they stand now."""
        while records := self._tail.poll(AT_ONCE, 0.0):
            for record in records:
                self._latest.take(record)
        return self.values
