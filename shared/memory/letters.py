"""Dead letters read whole and sent as they stand, in memory: the twin of `shared/kafka/letters.py`."""

from collections.abc import Iterator, Sequence

from shared.memory.broker import MemoryBroker
from shared.records import Position, RawRecord


class MemoryLetters:
    """Implements Carrier."""

    def __init__(self, broker: MemoryBroker) -> None:
        self._broker = broker
        self._waiting: list[tuple[str, RawRecord, dict[str, bytes]]] = []

    def read(self, places: Sequence[Position]) -> Iterator[RawRecord]:
        for topic, partition, offset in sorted(places):
            yield from self._broker.after(topic, partition, offset)[:1]

    def send(self, topic: str, record: RawRecord, headers: dict[str, bytes]) -> None:
        self._waiting.append((topic, record, headers))

    def flush(self) -> None:
        for topic, record, headers in self._waiting:
            self._broker.append(topic, record.key, record.value, headers)
        self._waiting.clear()

    def close(self) -> None:
        """There is nothing to leave."""
