"""How a dead letter looks: the original key and bytes, with the reason and the place it came from in headers."""

from collections.abc import Mapping
from dataclasses import dataclass

from shared.records import Position, RawRecord

REASON, SERVICE, TOPIC, PARTITION, OFFSET = "reason", "service", "topic", "partition", "offset"
PREFIX = "dead-"


@dataclass(frozen=True)
class Letter:
    """A record for a dead-letter topic."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: dict[str, bytes]


def letter(record: RawRecord, reason: str, service: str) -> Letter:
    """Wrap a record; its own headers are kept, ours are prefixed."""
    topic, partition, offset = record.position
    ours = {REASON: reason, SERVICE: service, TOPIC: topic, PARTITION: str(partition), OFFSET: str(offset)}
    headers = {PREFIX + name: value.encode() for name, value in ours.items()}
    return Letter(f"{topic}.dead", record.key, record.value, {**record.headers, **headers})


def origin(headers: Mapping[str, bytes]) -> Position:
    """The position that a dead letter had on its own topic."""
    return Position(_read(headers, TOPIC), int(_read(headers, PARTITION)), int(_read(headers, OFFSET)))


def reason(headers: Mapping[str, bytes]) -> str:
    """Why it was buried."""
    return _read(headers, REASON)


def service(headers: Mapping[str, bytes]) -> str:
    """Who buried it."""
    return _read(headers, SERVICE)


def without_ours(headers: Mapping[str, bytes]) -> dict[str, bytes]:
    """The headers that the original record had, for a replay."""
    return {name: value for name, value in headers.items() if not name.startswith(PREFIX)}


def _read(headers: Mapping[str, bytes], name: str) -> str:
    return headers[PREFIX + name].decode(errors="replace")
