"""What became of every record of the documents topic: one byte for each, since there may be millions."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from shared.records import Position
from shared.stored import Disposition

Fate = Literal["unaccounted", "dead", "dropped", "indexed"]
FATES: tuple[Fate, ...] = get_args(Fate)


@dataclass(frozen=True)
class Ends:
    """What the ends of the way hold. `indexed`: document -> its newest announced revision; `dead`: buried revisions."""

    indexed: Mapping[str, int]
    dead: Collection[tuple[str, int]]

    def fate(self, disposition: Disposition) -> Fate:
        """What a decision led to."""
        if disposition.outcome == "dropped":
            return "dropped"
        if self.indexed.get(disposition.document_id, 0) >= disposition.revision:
            return "indexed"
        return "dead" if (disposition.document_id, disposition.revision) in self.dead else "unaccounted"


@dataclass
class PartitionFates:
    """The records of one partition from offset `low` up to, and without, `high`."""

    topic: str
    partition: int
    low: int
    high: int
    _fates: bytearray = field(init=False)

    def __post_init__(self) -> None:
        self._fates = bytearray(self.high - self.low)

    def bury(self, positions: Iterable[Position]) -> None:
        """These are among the dead letters, unless a decision says something else."""
        for position in positions:
            if position[:2] == (self.topic, self.partition):
                self._met(position.offset, "dead")

    def decide(self, dispositions: Iterable[Disposition], ends: Ends) -> None:
        """These were decided."""
        for disposition in dispositions:
            if (fate := ends.fate(disposition)) != "unaccounted":
                self._met(disposition.position.offset, fate)

    def count(self) -> Counter[str]:
        """How many records met each fate."""
        return Counter({fate: self._fates.count(code) for code, fate in enumerate(FATES)})

    def unaccounted(self) -> Iterator[Position]:
        at = self._fates.find(0)
        while at >= 0:
            yield Position(self.topic, self.partition, self.low + at)
            at = self._fates.find(0, at + 1)

    def _met(self, offset: int, fate: Fate) -> None:
        if self.low <= offset < self.high:
            self._fates[offset - self.low] = FATES.index(fate)
