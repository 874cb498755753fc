"""Which records come next: every one in the order of its partition, none left out and none twice.

The group passes records on, but it may drop some and pass others on twice while partitions move. The topics are kept
by time, so an offset that it skipped is a record that it dropped, unless the topic itself holds nothing there. What was
dropped is read from the topic. So what is committed is an offset before which everything was handled or was not there,
whatever the group did.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

from shared.records import RawRecord


class Place(NamedTuple):
    """A partition of a topic."""

    topic: str
    partition: int


Read = Callable[[Place, int, int], Iterator[RawRecord]]
"""All records of a partition from one offset up to, and without, another; raises where it cannot read them all."""


@dataclass(frozen=True)
class Portion:
    """Records to be handled together, and the offset up to which each partition is handled once they are."""

    records: Sequence[RawRecord]
    reached: Mapping[Place, int]


class Offsets:
    """The next offset to be handled in each partition that is ours. `limit`: most records of one portion."""

    def __init__(self, read: Read, *, limit: int) -> None:
        self._read = read
        self._limit = limit
        self._next: dict[Place, int] = {}

    @property
    def reached(self) -> Mapping[Place, int]:
        """What may be committed: everything before these offsets was handled, or was not there."""
        return dict(self._next)

    def begin(self, committed: Mapping[Place, int]) -> None:
        """These partitions are ours from now on, and no others, each from what is committed."""
        self._next = dict(committed)

    def advance(self, reached: Mapping[Place, int]) -> None:
        """A portion was handled."""
        self._next |= reached

    def portions(self, delivered: Sequence[RawRecord]) -> Iterator[Portion]:
        """What is to be handled after these records were delivered. Call `advance` before asking for the next portion.

        What was handled before, or is not ours, is left out. Where one is missing before a record, all up to the last
        one that was delivered are read, in one go.
        """
        waiting: list[RawRecord] = []
        ahead: dict[Place, int] = {}
        last = {Place(*record.position[:2]): record.position.offset for record in delivered}
        for record in delivered:
            place, offset = Place(*record.position[:2]), record.position.offset
            expected = ahead.get(place, self._next.get(place))
            if expected is None or offset < expected:
                continue
            if offset > expected:
                yield from _whole(waiting, ahead)
                waiting, ahead = [], {}
                yield from self.up_to(place, max(last[place], offset) + 1)
            else:
                waiting.append(record)
                ahead[place] = offset + 1
        yield from _whole(waiting, ahead)

    def up_to(self, place: Place, end: int) -> Iterator[Portion]:
        """What a partition holds from the next offset to be handled up to, and without, `end`."""
        start = self._next.get(place, end)
        missing = self._read(place, start, end) if start < end else iter(())
        while records := list(islice(missing, self._limit)):
            last = len(records) < self._limit
            yield Portion(records, {place: end if last else records[-1].position.offset + 1})
        if self._next.get(place, end) < end:
            yield Portion((), {place: end})


def _whole(records: Sequence[RawRecord], reached: Mapping[Place, int]) -> Iterator[Portion]:
    if records:
        yield Portion(records, reached)
