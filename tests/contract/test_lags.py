"""How far groups are behind: memory and Kafka tell the same."""

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from uuid import uuid4

import pytest

from shared.kafka import client
from shared.kafka.bus import KafkaBus
from shared.kafka.lags import KafkaLags
from shared.kafka.sink import Delivery
from shared.lags import Behind, Lags, Place
from shared.memory.broker import MemoryBroker
from shared.memory.bus import MemoryBus
from shared.memory.lags import MemoryLags
from shared.messages import DocumentPublished
from shared.records import RawRecord
from shared.settings import KafkaSettings
from shared.topology import Topic

WITHIN_S = 60.0


class Broker(NamedTuple):
    """One broker with a topic of two partitions and a group of its own. `append` takes keys."""

    topic: str
    group: str
    append: Callable[[str], object]
    source: Callable[[], Any]
    look: Callable[[], Lags]


def in_memory() -> Broker:
    broker, topic = MemoryBroker(partitions=2), Topic("t", DocumentPublished, "document_id", "time")
    return Broker(
        "t", "g", lambda key: broker.append("t", key.encode(), b"{}"), lambda: MemoryBus(broker, "g").source([topic]),
        MemoryLags(broker, ["t"]).look,
    )  # fmt: skip


def on_kafka(settings: KafkaSettings) -> Broker:
    name, group = f"lags.{uuid4()}", f"lags-{uuid4()}"
    admin = client.admin(settings)  # kept: without it, nothing is made
    admin.create_topics([client.NewTopic(name, num_partitions=2, replication_factor=1)])[name].result(timeout=20)
    delivery, topic = Delivery(settings, "lags"), Topic(name, DocumentPublished, "document_id", "time")

    def append(key: str) -> None:
        delivery.send(name, key.encode(), b"x" * 40_000, {})
        delivery.flush()

    lags = KafkaLags(settings, [name])
    return Broker(name, group, append, lambda: KafkaBus(settings, group).source([topic]), lags.look)


@pytest.fixture(params=["memory", *(pytest.param(of, marks=pytest.mark.e2e) for of in ("kafka", "prefixed_kafka"))])
def broker(request: pytest.FixtureRequest) -> Broker:
    return in_memory() if request.param == "memory" else on_kafka(request.getfixturevalue(request.param))


def polled(source: Any, count: int) -> Sequence[RawRecord]:
    """So many records."""
    records: list[RawRecord] = []
    deadline = time.monotonic() + WITHIN_S
    while len(records) < count:
        records += source.poll(count - len(records), 0.2)
        assert time.monotonic() < deadline, f"{len(records)} of {count} came"
    return records


def behind(broker: Broker) -> Behind:
    [of] = [of for of in broker.look().behind if of.group == broker.group]
    return of


def test_a_group_that_has_committed_all_is_not_behind(broker: Broker) -> None:
    for key in "abcdefgh":
        broker.append(key)
    source = broker.source()
    source.commit(polled(source, 8))

    assert behind(broker) == Behind(broker.group, broker.topic, 0, None)
    assert broker.group in broker.look().at_work
    source.close()


def test_what_is_not_committed_is_counted_from_its_first_record(broker: Broker) -> None:
    for key in "abcdefgh":
        broker.append(key)
    source = broker.source()
    source.commit(polled(source, 8))
    before = datetime.now(UTC) - timedelta(milliseconds=1)
    broker.append("a")
    after = datetime.now(UTC) + timedelta(milliseconds=1)
    time.sleep(0.05)
    for key in "bcdefgh":
        broker.append(key)
    of = behind(broker)

    assert of.records == 8
    assert of.oldest_at is not None
    assert before <= of.oldest_at <= after
    source.close()


def test_the_next_record_of_each_partition_is_told(broker: Broker) -> None:
    for key in "abcdefgh":
        broker.append(key)
    source = broker.source()
    records = polled(source, 8)
    source.commit(records)
    ends = {partition: sum(record.position.partition == partition for record in records) for partition in range(2)}

    committed = broker.look().committed
    assert {partition: committed[Place(broker.group, broker.topic, partition)] for partition in range(2)} == ends
    source.close()


def test_a_member_is_behind_by_all_before_its_group_has_committed_anything(broker: Broker) -> None:
    for key in "abcdefgh":
        broker.append(key)
    source = broker.source()
    polled(source, 8)

    [of] = [of for of in source.lags()().behind if of.group == broker.group]
    assert (of.topic, of.records) == (broker.topic, 8)
    source.close()
