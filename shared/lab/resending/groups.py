"""Dead letters by what they have in common: the topic, the service that buried them, and the pattern of the reason."""

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from shared.lab.resending.buried import Buried
from shared.lab.resending.plan import obstacle
from shared.records import Position


@dataclass(frozen=True)
class Group:
    """`name`: that its letters have. `sent`: how many were sent again; `stuck`: how many of the others cannot be.

    `oldest`, `newest`: when they were buried.
    """

    name: str
    topic: str
    service: str
    pattern: str
    count: int
    sent: int
    stuck: int
    oldest: datetime
    newest: datetime


def grouped(letters: Iterable[Buried], sent: Container[Position]) -> list[Group]:
    """The largest first, of equally large ones the newest."""
    members: dict[str, list[Buried]] = {}
    for letter in letters:
        members.setdefault(letter.group, []).append(letter)
    groups = [_group(letters, sent) for letters in members.values()]
    return sorted(groups, key=lambda group: (group.count, group.newest), reverse=True)


def _group(letters: Sequence[Buried], sent: Container[Position]) -> Group:
    times, first = [letter.buried_at for letter in letters], letters[0]
    left = [letter for letter in letters if letter.position not in sent]
    return Group(
        name=first.group,
        topic=first.topic,
        service=first.service,
        pattern=first.pattern,
        count=len(letters),
        sent=len(letters) - len(left),
        stuck=sum(bool(obstacle(letter)) for letter in left),
        oldest=min(times),
        newest=max(times),
    )
