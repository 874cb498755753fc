"""How far services are behind on the topics that they read, as a broker knows it from their groups."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from shared import topology

OPTIONAL = ("judge",)
NEEDED = tuple(step.service for step in topology.STEPS if step.reads and step.service not in OPTIONAL)


class Place(NamedTuple):
    """A group's partition."""

    group: str
    topic: str
    partition: int


@dataclass(frozen=True)
class Behind:
    """What a group has not committed of a topic. `oldest_at`: when the broker took the first of it; None where nothing
    waits, or where that record could not be read in time."""

    group: str
    topic: str
    records: int
    oldest_at: datetime | None


@dataclass(frozen=True)
class Lags:
    """As of `at`. `committed`: the next record that each group will be given; `at_work`: groups that have members.

    Groups are named without their prefix. What is committed was asked for before where topics end: a group of which
    nothing waits had done all that was on its topics when the other offsets were asked for.
    """

    at: datetime
    behind: tuple[Behind, ...]
    committed: Mapping[Place, int]
    at_work: frozenset[str]


def absent(groups: Collection[str]) -> list[str]:
    """The services that a question or a document needs and that none of these groups belongs to."""
    at_work = {group.partition("-")[0] for group in groups}
    return [service for service in NEEDED if service not in at_work]


def behind(
    committed: Mapping[Place, int], kept: Mapping[tuple[str, int], tuple[int, int]], oldest: Mapping[Place, datetime]
) -> tuple[Behind, ...]:
    """One for each group and topic, by name. `kept`: first and end offset of each partition."""
    told: dict[tuple[str, str], tuple[int, list[datetime]]] = {}
    for place, offset in sorted(committed.items()):
        first, end = kept.get(place[1:], (0, 0))
        records, times = told.setdefault(place[:2], (0, []))
        times += [oldest[place]] if place in oldest else []
        told[place[:2]] = records + max(0, end - max(offset, first)), times
    return tuple(Behind(*name, records, min(times, default=None)) for name, (records, times) in told.items())
