"""The client library against a broker that deletes what is old, which it brings along itself: no server is needed.

That broker keeps 5 MB of a partition, deletes the oldest batches beyond that, and refuses what is asked for below.
"""

import time
from collections.abc import Callable, Iterator

import pytest
from confluent_kafka import Producer

from shared.kafka import topics
from shared.kafka.bus import KafkaBus
from shared.messages import RecordsLost
from shared.records import RawRecord
from shared.runner import Source
from shared.settings import KafkaSettings
from shared.topology import DOCUMENTS, LOSSES

WITHIN_S, LARGE, SMALL = 60.0, 900_000, 10


@pytest.fixture
def kafka() -> Iterator[KafkaSettings]:
    host = Producer({"test.mock.num.brokers": 1, "log_level": 0})
    (broker,) = host.list_topics(timeout=10).brokers.values()
    for topic in (DOCUMENTS.name, LOSSES.name):
        until = time.monotonic() + WITHIN_S
        while host.list_topics(topic, timeout=10).topics[topic].error is not None:
            assert time.monotonic() < until, "the broker does not make a topic"
    yield KafkaSettings(bootstrap_servers=f"{broker.host}:{broker.port}")
    del host  # with it the broker ends


def append(kafka: KafkaSettings, records: int, size: int) -> None:
    """One batch for each record."""
    producer = Producer({"bootstrap.servers": kafka.bootstrap_servers, "linger.ms": 0})
    for _ in range(records):
        producer.produce(DOCUMENTS.name, key=b"k", value=b"x" * size, partition=0)
        assert producer.flush(WITHIN_S) == 0


def read(source: Source, enough: Callable[[list[int]], bool]) -> list[RawRecord]:
    """Poll until the offsets that came are enough."""
    records: list[RawRecord] = []
    until = time.monotonic() + WITHIN_S
    while not enough([record.position.offset for record in records]):
        records += source.poll(100, 0.5)
        assert time.monotonic() < until, "it did not come"
    return records


def first_kept(kafka: KafkaSettings) -> int:
    return topics.ranges(kafka, DOCUMENTS.name)[0][0]


def losses(kafka: KafkaSettings) -> list[tuple[int, int]]:
    told = (RecordsLost.model_validate_json(record.value or b"") for record in topics.read_all(kafka, LOSSES.name))
    return [(loss.first, loss.end) for loss in told]


def test_what_expired_while_a_service_was_away_is_told_once_it_is_back(kafka: KafkaSettings) -> None:
    append(kafka, 3, SMALL)
    source = KafkaBus(kafka, "ingest").source([DOCUMENTS])
    source.commit(read(source, lambda offsets: len(offsets) == 3)[:1])
    source.close()
    append(kafka, 9, LARGE)

    again = KafkaBus(kafka, "ingest").source([DOCUMENTS])
    rest = read(again, lambda offsets: 11 in offsets)
    again.close()

    kept = first_kept(kafka)
    assert kept > 3
    assert rest[0].position.offset == kept
    assert losses(kafka) == [(1, kept)]


def test_what_expires_under_a_service_that_is_too_slow_is_told(kafka: KafkaSettings) -> None:
    append(kafka, 3, SMALL)
    source = KafkaBus(kafka, "ingest").source([DOCUMENTS])
    read(source, lambda offsets: len(offsets) == 3)
    source.keep_alive()
    append(kafka, 20, LARGE)

    rest = read(source, lambda offsets: 22 in offsets)
    source.close()

    kept = first_kept(kafka)
    told = losses(kafka)
    assert [record.position.offset for record in rest][-1] == 22
    assert told
    assert told[-1][1] <= kept
    assert sum(end - first for first, end in told) + len(rest) == 20
