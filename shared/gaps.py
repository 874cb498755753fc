"""Noticing that a topic has deleted what a group had not read: the offsets tell.

Records that are read one after the other have offsets one after the other, or something is missing between them. Where
the broker's first record lies behind what is missing, it was deleted; otherwise nothing ever stood there (marks of
transactions, what compaction took).
"""

import math
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from shared.records import RawRecord

Place = tuple[str, int]
"""A topic and a partition."""
Starts = Callable[[Collection[Place]], Mapping[Place, int]]
"""The first offset that the broker has of each place, asked anew; raises ConnectionError where it does not say."""
Tell = Callable[[str, int, int, int], None]
"""Hears of a topic, a partition, the first offset that was lost and the first behind them."""


def unheard(topic: str, partition: int, first: int, end: int) -> None:
    """For whoever need not hear of it."""


LOOK_S = 10.0
"""Between two looks at partitions of which nothing comes."""


class Gaps:
    """The next offset of each partition that is ours. `clock` gives seconds that never go back."""

    def __init__(self, starts: Starts, tell: Tell, clock: Callable[[], float] = time.monotonic) -> None:
        self._starts, self._tell, self._clock = starts, tell, clock
        self._next: dict[Place, int] = {}
        self._missing: list[tuple[Place, int, int]] = []
        self._looked_at = -math.inf

    def adopt(self, committed: Mapping[Place, int]) -> None:
        """These partitions are ours too from now on, each from what is committed."""
        self._next |= committed
        self._looked_at = -math.inf

    def release(self, places: Iterable[Place]) -> None:
        """These are ours no more."""
        for place in places:
            self._next.pop(place, None)

    def exhausted(self, ends: Mapping[Place, int]) -> None:
        """Nothing more comes before these offsets."""
        for place, end in ends.items():
            if (expected := self._next.get(place, end)) < end:
                self._missing.append((place, expected, end))
                self._next[place] = end
        self._look_at_missing()

    def passed(self, records: Sequence[RawRecord]) -> None:
        """These records came. Where some are missing before one, the broker is asked, now or once it answers."""
        for record in records:
            place, offset = record.position[:2], record.position.offset
            expected = self._next.get(place, offset)
            if offset > expected:
                self._missing.append((place, expected, offset))
            self._next[place] = offset + 1
        self._look_at_missing()

    def _look_at_missing(self) -> None:
        if self._missing and (starts := self._asked({place for place, *_ in self._missing})):
            missing, self._missing = self._missing, []
            for (topic, partition), first, end in missing:
                if (lost := min(starts[topic, partition], end)) > first:
                    self._tell(topic, partition, first, lost)

    def idle(self) -> None:
        """Nothing came: every so often, see whether what comes next is still there."""
        if self._clock() - self._looked_at < LOOK_S:
            return
        self._look_at_missing()
        self._looked_at = self._clock()
        for place, start in self._asked(self._next).items():
            if (expected := self._next[place]) < start:
                self._next[place] = start
                self._tell(*place, expected, start)

    def _asked(self, places: Collection[Place]) -> Mapping[Place, int]:
        try:
            return self._starts(places)
        except ConnectionError:
            return {}
