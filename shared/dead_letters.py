"""How a dead letter looks: the original key and bytes, with the reason and the place it came from in headers.

A letter always fits its topic, because a burial that the broker refuses would end the service. What is too large to
bury whole is buried by its first bytes, with its size and SHA-256 in the headers.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

from shared.records import Position, RawRecord, bounded
from shared.topology import TOPICS, MiB

REASON, SERVICE, TOPIC, PARTITION, OFFSET, WHOLE = "reason", "service", "topic", "partition", "offset", "whole"
PREFIX = "dead-"
ROOM = 32 * 1024
"""Bytes that a record needs beside its key, value and foreign headers."""
KEPT_VALUE, KEPT_KEY, KEPT_HEADERS = 64 * 1024, 1024, 16 * 1024
"""Bytes that stay of a value and a key that do not fit, and of foreign headers in any case."""
_MOST_BYTES = {topic.name: topic.max_bytes for topic in TOPICS}


@dataclass(frozen=True)
class Letter:
    """A record for a dead-letter topic."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: dict[str, bytes]


def letter(record: RawRecord, reason: str, service: str) -> Letter:
    """Wrap a record; its own headers are kept as far as there is room, ours are prefixed."""
    topic, partition, offset = record.position
    ours = {REASON: bounded(reason), SERVICE: service, TOPIC: topic, PARTITION: str(partition), OFFSET: str(offset)}
    key, value, headers = record.key, record.value, _foreign(record.headers)
    size = len(key or b"") + len(value or b"") + KEPT_HEADERS + ROOM
    if size > _MOST_BYTES.get(topic, 4 * MiB):
        ours[WHOLE] = f"{len(value or b'')} bytes, SHA-256 {sha256(value or b'').hexdigest()}"
        key, value = (key or b"")[:KEPT_KEY], (value or b"")[:KEPT_VALUE]
    return Letter(
        f"{topic}.dead", key, value, {**headers, **{PREFIX + name: text.encode() for name, text in ours.items()}}
    )


def origin(headers: Mapping[str, bytes]) -> Position | None:
    """The position that a dead letter had on its own topic; None for a record that is no letter of ours."""
    try:
        return Position(headers[PREFIX + TOPIC].decode(), _number(headers, PARTITION), _number(headers, OFFSET))
    except (KeyError, ValueError):
        return None


def reason(headers: Mapping[str, bytes]) -> str:
    """Why it was buried; empty where nothing says it."""
    return _read(headers, REASON)


def service(headers: Mapping[str, bytes]) -> str:
    """Who buried it; empty where nothing says it."""
    return _read(headers, SERVICE)


def whole(headers: Mapping[str, bytes]) -> str:
    """Size and hash of the original value where the letter holds its first bytes alone; else empty."""
    return _read(headers, WHOLE)


def without_ours(headers: Mapping[str, bytes]) -> dict[str, bytes]:
    """The headers that the original record had, for a replay."""
    return {name: value for name, value in headers.items() if not name.startswith(PREFIX)}


def _foreign(headers: Mapping[str, bytes]) -> dict[str, bytes]:
    """The sender's headers in their order, up to the first that is too much; none that looks like ours."""
    kept: dict[str, bytes] = {}
    room = KEPT_HEADERS
    for name, value in without_ours(headers).items():
        room -= len(name.encode()) + len(value or b"") + 16
        if room < 0:
            break
        kept[name] = value
    return kept


def _number(headers: Mapping[str, bytes], name: str) -> int:
    return int(headers[PREFIX + name].decode())


def _read(headers: Mapping[str, bytes], name: str) -> str:
    return bounded(headers.get(PREFIX + name, b"").decode(errors="replace"))
