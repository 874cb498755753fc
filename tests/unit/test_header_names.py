"""Names of headers that are no text: any client may send them, no broker refuses them, and libraries stumble."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from aiokafka.consumer import fetcher
from aiokafka.record.default_records import _DefaultRecordBatchBuilderPy
from aiokafka.record.memory_records import MemoryRecords

from services.scorer import batches
from services.scorer.offsets import Offsets, Place
from shared.kafka import client, consumed
from shared.records import RawRecord
from tests.builders import a_raw_record

PLACE = Place("a.topic", 0)


class NoText(str):
    """A name whose bytes are not UTF-8."""

    __slots__ = ()

    def encode(self, *_: Any) -> bytes:
        return b"\xff\xfe"


@dataclass
class Message:
    """As the client gives a record with such a header."""

    raised: Exception

    def error(self) -> None: ...
    def timestamp(self) -> tuple[int, int]:
        return client.TIMESTAMP_NOT_AVAILABLE, 0

    def topic(self) -> str:
        return PLACE.topic

    def partition(self) -> int:
        return PLACE.partition

    def offset(self) -> int:
        return 7

    def key(self) -> bytes:
        return b"key"

    def value(self) -> bytes:
        return b"value"

    def headers(self) -> list[tuple[str, bytes]]:
        raise self.raised


def a_batch(*names: str, start: int = 0) -> bytes:
    """A batch as it comes from a broker, one record for each header's name."""
    builder = _DefaultRecordBatchBuilderPy(2, 0, 0, -1, -1, -1, 99_999)
    for place, name in enumerate(names):
        builder.append(place, 1_000, b"key", b"value", [(name, b"")])
    built = builder.build()
    built[:8] = start.to_bytes(8, "big")
    return bytes(built)


def unpacked(data: bytes) -> list[int]:
    """The offsets that a consumer of aiokafka is given of what it fetched."""
    records = fetcher.PartitionRecords(PLACE, fetcher.MemoryRecords(data), [], 0, None, None, True, 0)
    given = [record.offset for record in records]
    return [*given, records.next_fetch_offset]


@pytest.fixture
def passing_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetcher, "MemoryRecords", MemoryRecords)
    batches.pass_over_unreadable()


@pytest.mark.parametrize("raised", [UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid"), SystemError("returned")])
def test_a_record_with_such_a_header_is_taken_without_headers(raised: Exception) -> None:
    record = consumed.raw_record(Message(raised))  # type: ignore[arg-type]

    assert (record.value, record.headers, record.position.offset) == (b"value", {}, 7)


def test_aiokafka_alone_never_gets_past_such_a_record() -> None:
    with pytest.raises(UnicodeDecodeError):
        unpacked(a_batch("trace", NoText(), "trace"))


@pytest.mark.usefixtures("passing_over")
def test_the_scorers_consumer_goes_on_behind_the_batch() -> None:
    data = a_batch("trace", NoText(), "trace") + a_batch("trace", start=3)

    assert unpacked(data) == [0, 3, 4]


@pytest.mark.usefixtures("passing_over")
def test_what_it_passed_over_is_read_from_the_topic() -> None:
    def read(_: Place, start: int, end: int) -> Iterator[RawRecord]:
        return (a_raw_record(b"", offset=offset) for offset in range(start, end))

    offsets = Offsets(read, limit=10)
    offsets.begin({PLACE: 0})
    *delivered, _ = unpacked(a_batch("trace", NoText(), "trace") + a_batch("trace", start=3))

    handled: list[int] = []
    for portion in offsets.portions([a_raw_record(b"", offset=offset) for offset in delivered]):
        handled += [record.position.offset for record in portion.records]
        offsets.advance(portion.reached)
    assert handled == [0, 1, 2, 3]
