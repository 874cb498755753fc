"""The newest dead letters of every topic: what could not be handled, and why."""

from collections import OrderedDict, defaultdict
from dataclasses import dataclass
from datetime import datetime

from shared import dead_letters, topology
from shared.messages.schema import LONGEST_IDENTIFIER
from shared.records import Position, RawRecord, bounded, key_of

DEAD = tuple(dict.fromkeys(topic.dead for step in topology.STEPS for topic in step.reads))
"""Of every topic that a service reads, since only what is read can be refused."""
MOST, FOREIGN = 2_000, "a foreign record: no service of Tiltyard buried it"


@dataclass(frozen=True)
class Buried:
    """A dead letter without its bytes. `origin`: where the record stood; None of a foreign record."""

    position: Position
    origin: Position | None
    key: str
    reason: str
    service: str
    buried_at: datetime


class DeadLetters:
    """At most so many of all topics together. One thread takes in, any reads."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._held: OrderedDict[Position, Buried] = OrderedDict()
        self._of: dict[str, tuple[Buried, ...]] = defaultdict(tuple)

    def of(self, key: str) -> list[Buried]:
        """Those of a question, or of a document, by its id; those buried last first."""
        return sorted(self._of.get(key, ()), key=lambda letter: (letter.buried_at, letter.position), reverse=True)

    def take(self, record: RawRecord) -> None:
        """Take in a record of a dead-letter topic."""
        headers, key = record.headers, bounded(key_of(record), LONGEST_IDENTIFIER)
        letter = Buried(
            position=record.position,
            origin=dead_letters.origin(headers),
            key=key,
            reason=dead_letters.reason(headers) or FOREIGN,
            service=dead_letters.service(headers),
            buried_at=record.appended_at,
        )
        if record.position not in self._held:
            self._held[record.position] = letter
            self._of[key] += (letter,)
        while len(self._held) > self._most:
            self._drop(self._held.popitem(last=False)[1])

    def _drop(self, dropped: Buried) -> None:
        left = tuple(letter for letter in self._of[dropped.key] if letter is not dropped)
        if left:
            self._of[dropped.key] = left
        else:
            del self._of[dropped.key]
