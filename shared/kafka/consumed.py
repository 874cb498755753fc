"""What a consumer is given, as values."""

import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

import structlog

from shared.kafka import client, failover
from shared.records import Position, RawRecord

ASK_S = 10.0
log = structlog.get_logger()


def take(reader: client.Consumer, limit: int, wait_s: float, linger_s: float = 0.0) -> list[RawRecord]:
    """Wait for the first record, then take what is here or comes within `linger_s`."""
    first = reader.poll(wait_s)
    if first is None:
        return []
    rest = reader.consume(limit - 1, timeout=linger_s) if limit > 1 else []
    return list(raw_records([first, *rest]))


def raw_records(messages: Iterable[client.KafkaMessage]) -> Iterator[RawRecord]:
    """Messages as values. A consumer also gives what goes wrong while it goes on by itself: that is logged alone.

    Raises KafkaException for any other error.
    """
    for message in messages:
        error = message.error()
        if error is not None and failover.is_retried_by_consumer(error):
            log.warning("a broker does not answer, the consumer goes on", reason=str(error))
        else:
            yield raw_record(message)


@failover.retried
def committed(reader: client.Consumer, places: list[client.TopicPartition]) -> list[client.TopicPartition]:
    """What the reader's group has committed of each place, with its note; a negative offset where it has nothing."""
    return reader.committed(places, timeout=ASK_S) if places else []


def firsts(reader: client.Consumer, places: Iterable[tuple[str, int]], within_s: float) -> dict[tuple[str, int], int]:
    """The first offset that the broker has of each place, asked now; ConnectionError where it does not say in time."""
    with client.reaching():
        return {place: kept(reader, client.TopicPartition(*place), within_s)[0] for place in places}


def kept(reader: client.Consumer, place: client.TopicPartition, within_s: float) -> tuple[int, int]:
    """First offset and end offset of a partition, asked of the broker now."""
    with failover.refreshing_metadata(reader, within_s):
        low, high = reader.get_watermark_offsets(place, timeout=within_s)
        return low, high


def end_of_partition(message: client.KafkaMessage) -> int | None:
    """The offset at which a partition ended, where that is what a reader was told; None for a record."""
    error = message.error()
    return message.offset() if error is not None and error.code() == client.KafkaError._PARTITION_EOF else None  # noqa: SLF001


def raw_record(message: client.KafkaMessage) -> RawRecord:
    """A consumed message as a value; raises KafkaException where it carries an error."""
    if (error := message.error()) is not None:
        raise client.KafkaException(error)
    kind, milliseconds = message.timestamp()
    stamp = time.time() if kind == client.TIMESTAMP_NOT_AVAILABLE else milliseconds / 1000
    return RawRecord(
        position=position_of(message),
        key=_bytes(message.key()),
        value=_bytes(message.value()),
        appended_at=datetime.fromtimestamp(stamp, UTC),
        headers=_headers(message),
    )


def _headers(message: client.KafkaMessage) -> dict[str, bytes]:
    """By name; none where a name is not UTF-8: brokers take such a record, and the client gives no header of it."""
    try:
        headers: Any = message.headers() or []
    except (UnicodeDecodeError, SystemError):  # the second, where other headers follow
        return {}
    return {name: value or b"" for name, value in headers}


def position_of(message: client.KafkaMessage) -> Position:
    """Where a consumed or delivered message stands."""
    return Position(str(message.topic()), int(message.partition() or 0), int(message.offset() or 0))


def _bytes(value: str | bytes | None) -> bytes | None:
    return value.encode() if isinstance(value, str) else value
