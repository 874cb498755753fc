"""Dispositions in memory: the twin of `shared/cassandra/dispositions.py`."""

from collections.abc import Iterable, Iterator, Mapping

from shared.records import Effect, Position
from shared.stored import Disposition, DocumentOutcome


class MemoryDispositions:
    """The first sink of ingest, and Dispositions."""

    def __init__(self) -> None:
        self._made: dict[Position, Disposition] = {}
        self._waiting: list[Disposition] = []

    def write(self, effect: Effect[DocumentOutcome]) -> None:
        self._waiting.append(effect.outcome.disposition)

    def flush(self) -> None:
        self._made |= {disposition.position: disposition for disposition in self._waiting}
        self._waiting.clear()

    def of(self, positions: Iterable[Position]) -> Mapping[Position, Disposition]:
        return {known: self._made[known] for known in positions if known in self._made}

    def between(self, topic: str, partition: int, low: int, high: int) -> Iterator[Disposition]:
        for position, disposition in sorted(self._made.items()):
            if position[:2] == (topic, partition) and low <= position.offset < high:
                yield disposition
