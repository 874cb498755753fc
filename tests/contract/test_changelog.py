"""A part of a partition is read whole, whatever stands in between; the scorer's changelog reads back whole."""

import time
from contextlib import closing
from uuid import uuid4

import pytest

from services.scorer.changelog import KafkaChangelog, name_of
from services.scorer.progress import Progress
from services.scorer.table import Entry
from shared.kafka import client, creation, topics
from shared.settings import KafkaSettings

pytestmark = pytest.mark.e2e
AT_ONCE_S = 15.0


@pytest.fixture
def topic(kafka: KafkaSettings) -> str:
    """A topic with one partition and nothing in it."""
    name = f"range.{uuid4()}"
    creation.make_new(kafka, [client.NewTopic(name, num_partitions=1, replication_factor=1)])
    return name


@pytest.fixture
def producer(kafka: KafkaSettings) -> client.Producer:
    """A stranger's producer that writes in transactions, each of which leaves a mark at an offset of its own."""
    options = {"bootstrap.servers": kafka.bootstrap_servers, "transactional.id": str(uuid4())}
    made = client.Producer(options, kafka.installation)
    made.init_transactions(30)
    return made


def written(producer: client.Producer, topic: str, *values: bytes) -> None:
    producer.begin_transaction()
    for value in values:
        producer.produce(topic, value=value, partition=0)
    producer.flush(30)


def read(kafka: KafkaSettings, topic: str, *, uncommitted: bool) -> list[bytes | None]:
    with closing(topics.RangeReader(kafka, uncommitted=uncommitted)) as reader:
        return [record.value for record in reader.read(topic, 0, *reader.range_of(topic, 0))]


def test_marks_of_transactions_are_passed_over_at_once(
    kafka: KafkaSettings, topic: str, producer: client.Producer
) -> None:
    written(producer, topic, b"a", b"b")
    producer.commit_transaction(30)
    written(producer, topic, b"given up")
    producer.abort_transaction(30)
    began = time.monotonic()

    assert read(kafka, topic, uncommitted=False) == [b"a", b"b"]
    assert read(kafka, topic, uncommitted=True) == [b"a", b"b", b"given up"]
    assert time.monotonic() - began < AT_ONCE_S


def test_an_open_transaction_does_not_hold_up_who_reads_the_uncommitted(
    kafka: KafkaSettings, topic: str, producer: client.Producer
) -> None:
    written(producer, topic, b"open")

    assert read(kafka, topic, uncommitted=True) == [b"open"]
    producer.abort_transaction(30)


def test_a_part_is_read_from_its_first_offset_to_its_last(kafka: KafkaSettings, topic: str) -> None:
    producer = client.producer(kafka, "ranges")
    for number in range(10):
        producer.produce(topic, value=str(number).encode(), partition=0)
    producer.flush(30)
    with closing(topics.RangeReader(kafka)) as reader:
        parts = [[record.value for record in reader.read(topic, 0, *part)] for part in ((3, 6), (6, 6), (0, 1))]

    assert parts == [[b"3", b"4", b"5"], [], [b"0"]]


def test_a_changelog_reads_back_what_was_acknowledged_by_partition_and_in_order(kafka: KafkaSettings) -> None:
    group = f"scorer-{uuid4()}"
    changelog = KafkaChangelog(kafka, group, partitions=2)
    changelog.append([Entry(0, b"a", b"1"), Entry(1, b"b", b"2"), Entry(0, b"a", b"3"), Entry(1, b"b", None)])
    again = KafkaChangelog(kafka, group, partitions=2)

    assert list(again.read(0)) == [(b"a", b"1"), (b"a", b"3")]
    assert list(again.read(1)) == [(b"b", b"2"), (b"b", None)]
    assert name_of(kafka, group) == f"tiltyard-{group}-joins-changelog"


def test_an_open_transaction_does_not_make_a_topic_seem_shorter_than_what_was_handled(
    kafka: KafkaSettings, topic: str, producer: client.Producer
) -> None:
    """The group is handed its records at once; a topic that ended before them would pass for one made anew."""
    written(producer, topic, b"open")
    progress = Progress(kafka, f"group-{uuid4()}", [topic])
    [reach] = progress.of([0]).values()
    producer.abort_transaction(30)
    progress.close()

    assert reach.end == 1
