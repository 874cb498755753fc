"""Hostile records: mutated messages under whatever key and with whatever headers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, NamedTuple

from shared.messages import EncodersAnnounced, Message
from shared.records import InvalidMessageError, parsed
from shared.topology import ENCODERS, AnyTopic
from tests.hostile.mutations import MOST_BYTES, mutated, text
from tests.hostile.values import Path, paths, texts_of

LARGE_KEY = 100_000
TRACE = "traceparent"


class HostileRecord(NamedTuple):
    """What a stranger produces."""

    key: bytes | None
    value: bytes | None
    headers: dict[str, bytes]


@dataclass(frozen=True)
class Seed:
    """A valid message as JSON, with all places in it that can be changed, its key, and the JSON of its parts."""

    tree: Any
    places: list[Path]
    key: bytes
    texts: Mapping[int, str]

    @classmethod
    def of(cls, topic: AnyTopic, message: Message) -> "Seed":
        tree = message.model_dump(mode="json")
        return cls(tree, paths(tree)[1:], topic.key_of(message).encode(), texts_of(tree))


class Stranger:
    """Makes hostile records for a topic; the same for the same seed."""

    def __init__(self, topic: AnyTopic, messages: Sequence[Message], draw: Random) -> None:
        self._draw, self._topic = draw, topic
        self._seeds = [Seed.of(topic, message) for message in messages]

    def record(self) -> HostileRecord:
        """The next one."""
        seed = self._draw.choice(self._seeds)
        value = mutated(self._draw, seed.tree, seed.places, seed.texts)
        if self._topic is ENCODERS and _names_another_encoder(value):
            value = b""
        record = HostileRecord(self._key(seed.key), value, self._headers())
        return record if size_of(record) <= MOST_BYTES else record._replace(headers={}, key=b"large")

    def _key(self, usual: bytes) -> bytes | None:
        if self._draw.random() < 0.85:
            return usual
        return self._draw.choice(
            (
                None,
                b"",
                b"\xff\xfe",
                b"\x00",
                usual + b"\xff",
                b"another",
                usual.upper(),
                b"k" * LARGE_KEY,
                text(self._draw, 500).encode(errors="replace"),
            )
        )

    def _headers(self) -> dict[str, bytes]:
        if self._draw.random() < 0.85:
            return {}
        valid = b"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
        odd: tuple[Mapping[str, bytes], ...] = (
            {TRACE: valid},
            {TRACE: b""},
            {TRACE: b"\xff"},
            {TRACE: valid * 2_000},
            {TRACE: b"00-" + b"0" * 32 + b"-0-01"},
            {TRACE: b"ff" + valid[2:]},
            {TRACE: valid, "tracestate": b"a=" + b"b" * 100_000},
            {"": b"x"},
            {"dead-topic": b"news.documents.v1", "dead-offset": b"-1", "dead-partition": b"x"},
            {"dead-reason": b"\xff" * 50},
            {"dead-topic": b"qa.questions.v1", "dead-offset": b"9" * 5_000, "dead-partition": b"0"},
            {"h" * 5_000: b"x"},
            {f"h{number}": b"x" * 100 for number in range(1_000)},
            {"\u202e\x00": b"\x00"},
            {"baggage": text(self._draw, 4_000).encode(errors="replace")},
        )
        return dict(self._draw.choice(odd))


def _names_another_encoder(value: bytes | None) -> bool:
    """Whoever may announce encoders says what services load, and one that is not there ends them: that is no attack."""
    try:
        said = parsed(EncodersAnnounced, value)
    except InvalidMessageError:
        return False
    return not {said.serving.name, *([said.beside.name] if said.beside else [])} <= {"hashing-256", "hashing-64"}


def size_of(record: HostileRecord) -> int:
    """Bytes as a broker counts them, some room for its own included."""
    headers = sum(len(name.encode()) + len(value) + 16 for name, value in record.headers.items())
    return len(record.key or b"") + len(record.value or b"") + headers + 128
