"""Tails: memory and Kafka follow a topic from end to end in the same way, and know where it ends."""

import time
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple
from uuid import uuid4

import pytest
from confluent_kafka.admin import (  # type: ignore[attr-defined]  # their public names
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    ResourceType,
)

from shared.kafka import client, topics
from shared.kafka.sink import Delivery
from shared.kafka.tail import KafkaTail
from shared.memory.broker import MemoryBroker, MemoryTail
from shared.records import Position, RawRecord
from shared.settings import KafkaSettings

WITHIN_S = 90.0


class Topic(NamedTuple):
    """A topic of two partitions: `append` returns where the broker has put a record, once it has."""

    append: Callable[[str], Position]
    tail: Callable[[], Any]
    settings: KafkaSettings | None = None
    name: str = ""


def in_memory() -> Topic:
    broker = MemoryBroker(partitions=2)
    return Topic(lambda key: broker.append("t", key.encode(), b"value"), lambda: MemoryTail(broker, "t"))


def on_kafka(settings: KafkaSettings, config: dict[str, str]) -> Topic:
    name = f"tail.{uuid4()}"
    admin = client.admin(settings)  # kept: without it, nothing is made
    new = client.NewTopic(name, num_partitions=2, replication_factor=1, config=config)
    admin.create_topics([new])[name].result(timeout=20)
    taken: list[Position] = []
    delivery = Delivery(settings, "tails", lambda position, _: taken.append(position))

    def append(key: str) -> Position:
        delivery.send(name, key.encode(), b"value", {})
        delivery.flush()
        return taken[-1]

    return Topic(append, lambda: KafkaTail(settings, name), settings, name)


@pytest.fixture(params=["memory", *(pytest.param(of, marks=pytest.mark.e2e) for of in ("kafka", "prefixed_kafka"))])
def topic(request: pytest.FixtureRequest) -> Topic:
    if request.param == "memory":
        return in_memory()
    return on_kafka(request.getfixturevalue(request.param), {"cleanup.policy": "compact"})


@pytest.fixture
def follow(topic: Topic) -> Iterator[Callable[[dict[int, int]], tuple[Any, bool]]]:
    """A tail that was told where to go on, and whether it does."""
    made: list[Any] = []

    def at(offsets: dict[int, int]) -> tuple[Any, bool]:
        made.append(topic.tail())
        return made[-1], made[-1].seek(offsets)

    yield at
    for tail in made:
        if isinstance(tail, KafkaTail):
            tail.close()


def read(tail: Any) -> list[RawRecord]:
    """Everything up to the end."""
    records: list[RawRecord] = []
    ends, deadline = tail.ends(), time.monotonic() + WITHIN_S
    while any(tail.offsets()[partition] < end for partition, end in ends.items()):
        records += tail.poll(3, 0.2)
        assert time.monotonic() < deadline, f"{tail.offsets()} never reaches {ends}"
    return records


def positions(records: list[RawRecord]) -> set[Position]:
    return {record.position for record in records}


def test_a_tail_without_offsets_starts_at_the_beginning(topic: Topic, follow: Any) -> None:
    appended = {topic.append(key) for key in "abcdefgh"}
    tail, goes_on = follow({})

    assert not goes_on
    assert positions(read(tail)) == appended
    assert tail.offsets() == tail.ends()


def test_a_tail_goes_on_where_another_stood(topic: Topic, follow: Any) -> None:
    for key in "abcdefgh":
        topic.append(key)
    before, _ = follow({})
    read(before)
    later = {topic.append(key) for key in "abc"}

    tail, goes_on = follow(dict(before.offsets()))

    assert goes_on
    assert tail.offsets() == before.offsets()
    assert positions(read(tail)) == later


def test_offsets_at_the_very_end_are_gone_on_from(topic: Topic, follow: Any) -> None:
    topic.append("a")
    tail, goes_on = follow(dict(follow({})[0].ends()))

    assert goes_on
    assert tail.poll(3, 0.2) == []
    assert tail.offsets() == tail.ends()


@pytest.mark.parametrize("offsets", [{0: 0}, {0: 0, 1: 0, 2: 0}, {0: 99, 1: 0}, {0: 0, 1: 99}, {5: 0, 6: 0}], ids=str)
def test_offsets_that_the_topic_does_not_have_mean_the_beginning(
    topic: Topic, follow: Any, offsets: dict[int, int]
) -> None:
    appended = {topic.append(key) for key in "abcdefgh"}
    tail, goes_on = follow(offsets)

    assert not goes_on
    assert positions(read(tail)) == appended


def test_what_is_acknowledged_lies_below_the_ends(topic: Topic, follow: Any) -> None:
    tail, _ = follow({})
    for key in "abcdefgh":
        _, partition, offset = topic.append(key)
        assert tail.ends()[partition] > offset


def test_what_comes_later_is_polled_later(topic: Topic, follow: Any) -> None:
    tail, _ = follow({})
    read(tail)
    for key in "abab":
        position = topic.append(key)
        assert positions(read(tail)) == {position}


def test_a_tail_that_is_sent_back_reads_again(topic: Topic, follow: Any) -> None:
    appended = {topic.append(key) for key in "abcdefgh"}
    tail, _ = follow({})
    read(tail)

    assert tail.seek({0: 0, 1: 0})
    assert positions(read(tail)) == appended


def test_records_of_one_key_keep_their_order(topic: Topic, follow: Any) -> None:
    appended = [topic.append("same") for _ in range(7)]
    tail, _ = follow({})

    assert [record.position for record in read(tail)] == appended


def clean_often(settings: KafkaSettings) -> None:
    """The broker looks ten times a second for what it can compact, and not every 15 s."""
    often = ConfigEntry("log.cleaner.backoff.ms", "100", incremental_operation=AlterConfigOpType.SET)
    admin = client.admin(settings)
    for broker in admin.list_topics(timeout=10).brokers:
        resource = ConfigResource(ResourceType.BROKER, str(broker), incremental_configs=[often])
        admin.incremental_alter_configs([resource])[resource].result(timeout=20)


@pytest.mark.e2e
def test_gaps_that_compaction_leaves_do_not_keep_a_tail_from_the_end(kafka: KafkaSettings) -> None:
    topic = on_kafka(
        kafka,
        {
            "cleanup.policy": "compact",
            "segment.ms": "100",
            "min.cleanable.dirty.ratio": "0.01",
            "max.compaction.lag.ms": "100",
        },
    )
    clean_often(kafka)
    last, appended = topic.append("a"), 1
    deadline = time.monotonic() + WITHIN_S
    while len(list(topics.read_all(kafka, topic.name))) == appended:  # until the cleaner has been there
        assert time.monotonic() < deadline, "nothing was compacted"
        last, appended = topic.append("a"), appended + 1
    tail = topic.tail()
    snapshot = dict.fromkeys(tail.ends(), 0) | {last.partition: 1}

    assert tail.seek(snapshot)  # inside a gap
    records = read(tail)
    assert records[-1].position == last
    assert len(records) < appended
    assert tail.offsets() == tail.ends()
    tail.close()
