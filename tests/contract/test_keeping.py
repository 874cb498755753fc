"""What leaves by itself, and what must not leave before something else has."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from shared import topology
from shared.cassandra.client import Store
from shared.cassandra.dispositions import CassandraDispositions
from shared.cassandra.documents import CassandraDocuments
from shared.cassandra.results import CassandraResults
from shared.kafka import client, creation, keeping, topics
from shared.kafka.sink import Delivery
from shared.keeping_settings import NewsSettings, ResultsSettings
from shared.memory.documents import MemoryDocuments
from shared.records import Effect, Position
from shared.retention import DAY_S
from shared.settings import KafkaSettings
from shared.stored import Disposition, DroppedDocument, TakenDocument
from tests.builders import a_chunked_document, a_raw_record
from tests.results import a_result

WITHIN_S, SOON = 20.0, 2 / DAY_S
FOREVER, INDEXED, RESULTS = {"cleanup.policy": "compact"}, topology.INDEXED.name, topology.RESULTS.name


@pytest.fixture(params=["memory", pytest.param("cassandra", marks=pytest.mark.e2e)])
def documents(request: pytest.FixtureRequest) -> Any:
    if request.param == "memory":
        return MemoryDocuments(kept=2)
    return CassandraDocuments(request.getfixturevalue("store"), kept=2)


def eventually(holds: Callable[[], bool]) -> bool:
    """Whether it comes to hold in time."""
    deadline = time.monotonic() + WITHIN_S
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def put(documents: Any, name: str, *revisions: int) -> None:
    for revision in revisions:
        made = Disposition(Position(name, 0, revision), "revision", name, revision)
        chunked = a_chunked_document(document_id=name, revision=revision)
        documents.write(Effect(TakenDocument(made, chunked, f"text {revision}"), a_raw_record(b"")))
        documents.flush()


def earlier(documents: Any, name: str) -> list[int]:
    return [of.revision.revision for of in documents.earlier([name])[name]]


def test_of_a_document_that_changes_often_the_newest_revisions_stay(documents: Any) -> None:
    name = f"d-{uuid4()}"
    put(documents, name, *range(1, 7))

    assert earlier(documents, name) == [5, 4]
    assert documents.latest([name])[name].revision == 6


def test_an_old_revision_that_is_delivered_again_takes_no_newer_one_away(documents: Any) -> None:
    name = f"d-{uuid4()}"
    put(documents, name, 1, 2, 3, 4, 3)

    assert earlier(documents, name) == [3, 2]


@pytest.mark.e2e
def test_what_became_of_a_record_leaves_after_its_time(store: Store) -> None:
    dispositions, position = CassandraDispositions(store, SOON), Position(f"t-{uuid4()}", 0, 0)
    dispositions.write(
        Effect(DroppedDocument(Disposition(position, "dropped", "d", 1, "unchanged")), a_raw_record(b""))
    )
    dispositions.flush()
    assert position in dispositions.of([position])

    assert eventually(lambda: not dispositions.of([position]))


@pytest.mark.e2e
def test_a_result_leaves_after_its_time_which_each_version_begins_anew(store: Store) -> None:
    shelf, name = CassandraResults(store, SOON), f"q-{uuid4()}"
    first = a_result(question_id=name)
    shelf.put([first])
    CassandraResults(store).put([first.model_copy(update={"result_version": 2})])

    assert not eventually(lambda: shelf.get(name) is None)

    shelf.put([first.model_copy(update={"result_version": 3})])
    assert eventually(lambda: shelf.get(name) is None)


@pytest.mark.e2e
def test_setup_tells_topics_how_long_to_keep_and_takes_it_back(kafka: KafkaSettings) -> None:
    months = keeping.wanted(kafka, NewsSettings(keep_days=60), ResultsSettings(keep_days=90))
    ever = keeping.wanted(kafka, NewsSettings(), ResultsSettings())

    changed = [keeping.keep(kafka, config) for config in (months, months, ever)]

    assert changed == [[INDEXED, RESULTS], [], [INDEXED, RESULTS]]
    assert keeping.differing(kafka, ever) == []


@pytest.mark.e2e
def test_the_audit_reads_from_the_first_record_that_it_counts(kafka: KafkaSettings) -> None:
    topic = f"counted.{uuid4()}"
    creation.make_new(kafka, [client.NewTopic(topic, 1, 1, config={"message.timestamp.type": "LogAppendTime"})])
    delivery = Delivery(kafka, "keeping")
    for _ in range(2):
        delivery.send(topic, b"k", b"v", {})
    delivery.flush()
    between = datetime.now(UTC) + timedelta(milliseconds=2)
    eventually(lambda: datetime.now(UTC) > between)
    delivery.send(topic, b"k", b"v", {})
    delivery.flush()

    assert topics.ranges(kafka, topic) == {0: (0, 3)}
    assert topics.ranges(kafka, topic, between) == {0: (2, 3)}
    assert topics.ranges(kafka, topic, datetime.now(UTC) + timedelta(days=1)) == {0: (3, 3)}


def days_of(news: NewsSettings, results: ResultsSettings, topic: str) -> float:
    config = keeping.wanted(KafkaSettings(retention_days=7), news, results)[topic]
    return float(config["retention.ms"]) / 1_000 / DAY_S


def test_announcements_outlive_their_documents_whose_date_may_lie_ahead() -> None:
    assert days_of(NewsSettings(keep_days=60), ResultsSettings(), INDEXED) == 63


def test_announcements_outlive_what_the_audit_counts_by() -> None:
    assert days_of(NewsSettings(keep_days=1, keep_dispositions_days=40), ResultsSettings(), INDEXED) == 40


def test_results_outlive_the_questions_that_may_be_read_again() -> None:
    assert days_of(NewsSettings(), ResultsSettings(keep_days=1), RESULTS) == 15


def test_without_an_age_compacted_topics_keep_the_newest_of_each_key_for_ever() -> None:
    config = keeping.wanted(KafkaSettings(), NewsSettings(), ResultsSettings())

    assert config == {INDEXED: FOREVER, RESULTS: FOREVER}
