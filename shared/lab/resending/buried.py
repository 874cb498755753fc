"""A dead letter as people look at it: where it lies and came from, why, and how its value begins."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from shared import dead_letters
from shared.lab.resending.labels import Labels, labels_in
from shared.lab.resending.patterns import pattern_of
from shared.records import Position, RawRecord, bounded, key_of

FOREIGN = "a foreign record: no service of Tiltyard buried it"
LONGEST_KEY, BEGINNING, MOST_HEADERS, LONGEST_HEADER = 512, 1_024, 12, 200
"""Characters of a key, bytes of a value, headers, and bytes of one header that are kept to be shown."""


@dataclass(frozen=True)
class Buried:
    """`origin`: None of a foreign record. `whole`: size and hash of a value of which the first bytes alone were buried.

    `size`: bytes of the value as it lies there. `labels`: of documents and questions in it, as far as it can be read.
    `group`: the name that it shares with letters of the same topic, service and pattern of the reason.
    """

    position: Position
    origin: Position | None
    key: str
    reason: str
    pattern: str
    group: str
    service: str
    whole: str
    buried_at: datetime
    size: int
    headers: tuple[tuple[str, bytes], ...]
    beginning: bytes
    labels: Labels | None

    @property
    def is_cut(self) -> bool:
        return bool(self.whole)

    @property
    def topic(self) -> str:
        """Whose dead letters it lies among."""
        return _topic(self.position)


def of(record: RawRecord) -> Buried:
    """Of a record of a dead-letter topic, whoever wrote it."""
    value, reason = record.value or b"", dead_letters.reason(record.headers) or FOREIGN
    service, pattern = dead_letters.service(record.headers), pattern_of(reason)
    return Buried(
        position=record.position,
        origin=dead_letters.origin(record.headers),
        key=bounded(key_of(record), LONGEST_KEY),
        reason=reason,
        pattern=pattern,
        group=_name(_topic(record.position), service, pattern),
        service=service,
        whole=dead_letters.whole(record.headers),
        buried_at=record.appended_at,
        size=len(value),
        headers=_shown(dead_letters.without_ours(record.headers).items()),
        beginning=value[:BEGINNING],
        labels=labels_in(value),
    )


def _topic(position: Position) -> str:
    return position.topic.removesuffix(".dead")


def _name(*said: str) -> str:
    """Sixteen hexadecimal digits."""
    return sha256("\0".join(said).encode(errors="replace")).hexdigest()[:16]


def _shown(headers: Iterable[tuple[str, bytes]]) -> tuple[tuple[str, bytes], ...]:
    return tuple((bounded(name, LONGEST_HEADER), value[:LONGEST_HEADER]) for name, value in [*headers][:MOST_HEADERS])
