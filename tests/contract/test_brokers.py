"""The brokers: memory and Kafka keep the same promises to the runner."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any, NamedTuple
from uuid import uuid4

import pytest

from shared.burials import DeadLetters
from shared.bus import Bus, unheard
from shared.kafka import client, creation, topics
from shared.kafka.bus import KafkaBus
from shared.memory.broker import MemoryBroker
from shared.memory.bus import MemoryBus
from shared.messages import Message, RecordsLost
from shared.records import Effect, RawRecord
from shared.runner import Sink, Source
from shared.settings import KafkaSettings
from shared.topology import DOCUMENTS, LOSSES, AnyTopic, MiB
from tests.builders import a_document, a_raw_record

PATIENCE = 60


class Broker(NamedTuple):
    """One broker as the contract sees it, with a topic of its own."""

    topic: AnyTopic
    bus: Callable[[str], Bus]
    read: Callable[[str], list[RawRecord]]
    delete_before: Callable[[str, int, int], None]

    def source(self, group: str, on_assigned: Callable[[], None] = unheard) -> Source:
        return self.bus(group).source([self.topic], on_assigned)

    def sink(self) -> Sink[Message]:
        return self.bus("contract").sink(self.topic, lambda made: [made])

    def letters(self) -> DeadLetters:
        return self.bus("contract").dead_letters()


@pytest.fixture(params=["memory", *(pytest.param(of, marks=pytest.mark.e2e) for of in ("kafka", "prefixed_kafka"))])
def broker(request: pytest.FixtureRequest) -> Iterator[Broker]:
    topic = replace(DOCUMENTS, name=f"contract.{uuid4()}")
    if request.param == "memory":
        memory = MemoryBroker()
        yield Broker(topic, partial(MemoryBus, memory), memory.records, memory.delete_before)
        return
    settings: KafkaSettings = request.getfixturevalue(request.param)
    creation.make(settings, [topic])
    yield Broker(
        topic,
        lambda name: KafkaBus(settings, f"{name}-{topic.name}"),
        lambda name: list(topics.read_all(settings, name)),
        partial(delete_before, settings),
    )


def delete_before(settings: KafkaSettings, topic: str, partition: int, offset: int) -> None:
    """Delete what lies before an offset, as retention does with what is old."""
    admin = client.admin(settings)
    for deleted in admin.delete_records([client.TopicPartition(topic, partition, offset)]).values():
        deleted.result()


def lost(broker: Broker, service: str) -> list[tuple[int, int, int]]:
    """The losses that a service wrote down: partition, first offset, offset behind the last."""
    losses = [RecordsLost.model_validate_json(record.value or b"") for record in broker.read(LOSSES.name)]
    return sorted({(loss.partition, loss.first, loss.end) for loss in losses if loss.service == service})


def publish(broker: Broker, *document_ids: str, trace: bytes = b"") -> None:
    sink = broker.sink()
    cause = replace(a_raw_record(b""), headers={"traceparent": trace} if trace else {})
    for document_id in document_ids:
        sink.write(Effect(a_document(document_id=document_id), cause))
    sink.flush()


def poll(source: Any, count: int) -> list[RawRecord]:
    """Poll until so many records came; a real group takes a moment to form."""
    records: list[RawRecord] = []
    for _ in range(PATIENCE):
        records += source.poll(100, 1.0)
        if len(records) >= count:
            break
    return records


def test_what_was_flushed_can_be_read_under_its_key_with_its_trace(broker: Broker) -> None:
    trace = b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    publish(broker, "a", trace=trace)

    (record,) = broker.read(broker.topic.name)

    assert record.key == b"a"
    assert broker.topic.message.model_validate_json(record.value or b"").document_id == "a"
    assert record.headers["traceparent"].split(b"-")[1] == trace.split(b"-")[1]


def test_nothing_is_visible_before_the_flush(broker: Broker) -> None:
    broker.sink().write(Effect(a_document(), a_raw_record(b"")))

    assert broker.read(broker.topic.name) == []


def test_what_was_not_committed_is_delivered_to_the_next_member(broker: Broker) -> None:
    publish(broker, *"abcdef")
    first = broker.source("g")
    taken = poll(first, 6)
    kept = [record for record in taken if record.position.partition == 0]
    first.commit(kept)
    first.close()

    second = broker.source("g")
    rest = poll(second, 6 - len(kept))
    second.close()

    assert {r.position for r in rest} == {r.position for r in taken} - {r.position for r in kept}


def test_messages_of_one_key_keep_their_order(broker: Broker) -> None:
    publish(broker, *["same"] * 20)
    source = broker.source("g")

    offsets = [record.position.offset for record in poll(source, 20)]
    source.close()

    assert offsets == sorted(offsets)
    assert len(offsets) == 20


def test_whoever_reads_has_heard_of_its_partitions(broker: Broker) -> None:
    heard: list[str] = []
    publish(broker, "a")
    source = broker.source("g", lambda: heard.append("assigned"))

    poll(source, 1)
    source.close()

    assert "assigned" in heard


def test_keeping_alive_takes_no_record(broker: Broker) -> None:
    publish(broker, "a")
    source = broker.source("g")
    first = poll(source, 1)
    publish(broker, "a")

    for _ in range(5):
        source.keep_alive()

    assert [r.position.offset for r in [*first, *poll(source, 1)]] == [0, 1]
    source.close()


def test_a_dead_letter_keeps_the_bytes_the_key_and_the_reason(broker: Broker) -> None:
    letters = broker.letters()
    letters.bury(a_raw_record(b"\xff not text", topic=broker.topic.name, offset=7, key=b"k"), "it is not text")
    letters.flush()

    (letter,) = broker.read(broker.topic.dead)

    assert (letter.key, letter.value) == (b"k", b"\xff not text")
    assert letter.headers["dead-reason"] == b"it is not text"
    assert letter.headers["dead-offset"] == b"7"


def test_a_group_remembers_what_it_accepted_last_and_nothing_that_died(broker: Broker) -> None:
    publish(broker, *(str(number) for number in range(20)))
    first = broker.source("group")
    records = poll(first, 20)
    first.commit(
        records[:15], [record for record in records[:15] if (record.key or b"").isalnum() and record.key != b"14"]
    )
    first.commit(records[15:], [])
    first.close()

    again = broker.source("group")
    publish(broker, "one more")
    assert [record.key for record in poll(again, 1)] == [b"one more"]
    before = again.accepted_before()
    again.close()

    accepted = {record.key for record in records[:15]} - {b"14"}
    assert 3 <= len(before) <= 8
    assert {record.key for record in before} <= accepted


@pytest.mark.e2e
@pytest.mark.parametrize("codec", ["gzip", "lz4", "snappy", "zstd"])
def test_a_record_is_measured_as_it_unpacks(kafka: KafkaSettings, codec: str) -> None:
    topic = replace(DOCUMENTS, name=f"contract.{uuid4()}")
    creation.make(kafka, [topic])
    packing = client.Producer(
        {"bootstrap.servers": kafka.bootstrap_servers, "compression.type": codec, "message.max.bytes": 64 * MiB},
        kafka.installation,
    )
    outcomes: list[object] = []

    for size in (MiB, 16 * MiB):
        packing.produce(
            topic.name, value=b"a" * size, on_delivery=lambda error, _: outcomes.append(error and error.name())
        )
        packing.flush(PATIENCE)

    assert outcomes == [None, "MSG_SIZE_TOO_LARGE"]


@pytest.mark.e2e
def test_a_topic_that_takes_packed_records_is_named_and_closed(kafka: KafkaSettings) -> None:
    admin = client.admin(kafka)
    packing = [client.topic_resource(DOCUMENTS.name, {"compression.type": "producer"})]
    for changed in admin.incremental_alter_configs(packing).values():
        changed.result()

    before = creation.packed(kafka)
    creation.create(kafka)

    assert (before, creation.packed(kafka)) == ([DOCUMENTS.name], [])


def group_of(broker: Broker, group: str) -> str:
    """The name under which a bus of the contract writes."""
    return broker.bus(group).name


def one_of_three_committed(broker: Broker) -> int:
    """A group that read three records of a partition, committed past the first, and is away; returns the partition."""
    publish(broker, *["same"] * 3)
    first = broker.source("g")
    taken = poll(first, 3)
    first.commit(taken[:1])
    first.close()
    return taken[0].position.partition


def test_what_was_deleted_while_nobody_read_is_told_and_the_rest_is_read(broker: Broker) -> None:
    partition = one_of_three_committed(broker)
    publish(broker, *["same"] * 3)
    broker.delete_before(broker.topic.name, partition, 5)

    second = broker.source("g")
    rest = poll(second, 1)
    second.close()

    assert [record.position.offset for record in rest] == [5]
    assert lost(broker, group_of(broker, "g")) == [(partition, 1, 5)]


def test_what_was_deleted_is_told_though_nothing_is_left_to_read(broker: Broker) -> None:
    partition = one_of_three_committed(broker)
    broker.delete_before(broker.topic.name, partition, 3)

    second = broker.source("g")
    deadline = time.monotonic() + PATIENCE
    while not (told := lost(broker, group_of(broker, "g"))) and time.monotonic() < deadline:
        second.poll(10, 0.2)
    second.close()

    assert told == [(partition, 1, 3)]


def test_a_group_that_is_new_has_lost_nothing(broker: Broker) -> None:
    publish(broker, *["same"] * 3)
    partition = broker.read(broker.topic.name)[0].position.partition
    broker.delete_before(broker.topic.name, partition, 2)

    source = broker.source("g")
    poll(source, 1)
    source.close()

    assert lost(broker, group_of(broker, "g")) == []
