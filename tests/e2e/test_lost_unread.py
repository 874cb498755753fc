"""Retention that runs out while services are away: each says what it lost, goes on, and the audit does not balance."""

import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from pathlib import Path

import pytest

from services.console.live.accounting import LiveAuditSource
from shared.kafka import client, topics
from shared.kafka.sink import Delivery, publish
from shared.lab import accounting
from shared.messages import DocumentPublished, Message, Question
from shared.settings import CassandraSettings, KafkaSettings
from shared.topology import ANSWERS, CHUNKS, DOCUMENTS, QUESTIONS, RESULTS, AnyTopic
from tests.builders import an_answer
from tests.kills.flow import ARMS
from tests.kills.run import Process, servers

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]
WITHIN_S = 120.0


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, str]]:
    with servers(tmp_path_factory.mktemp("servers")) as running:
        yield {**running, "TILTYARD_INGEST_CHUNKER": "words"}


def kafka_of(environment: Mapping[str, str]) -> KafkaSettings:
    return KafkaSettings(bootstrap_servers=environment["TILTYARD_KAFKA_BOOTSTRAP_SERVERS"])


def send(kafka: KafkaSettings, topic: AnyTopic, *messages: Message) -> None:
    delivery = Delivery(kafka, "test")
    for message in messages:
        publish(delivery, topic, message)
    delivery.flush()


def ask(kafka: KafkaSettings, *names: str) -> None:
    """Questions with all their answers."""
    send(kafka, QUESTIONS, *(Question(question_id=name, text="Which?", deadline_s=3_600) for name in names))
    send(kafka, ANSWERS, *(an_answer(question_id=name, arm=arm) for name in names for arm in ARMS))


def report(kafka: KafkaSettings, *names: str) -> None:
    """Documents."""
    send(kafka, DOCUMENTS, *(DocumentPublished(document_id=name, text=f"The ferry {name} sails.") for name in names))


def delete_all(kafka: KafkaSettings, *of: AnyTopic) -> None:
    """As retention does with what is old."""
    places = [
        client.TopicPartition(topic.name, partition, end)
        for topic in of
        for partition, (_, end) in topics.ranges(kafka, topic.name).items()
    ]
    admin = client.admin(kafka)  # its futures die with it
    for deleted in admin.delete_records(places).values():
        deleted.result()


def keys(kafka: KafkaSettings, topic: AnyTopic) -> set[str]:
    return {(record.key or b"").decode() for record in topics.read_all(kafka, topic.name)}


def eventually(holds: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + WITHIN_S
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.2)
    return True


def away_while_records_expire(
    service: str,
    environment: Mapping[str, str],
    folder: Path,
    *,
    give: Callable[..., None],
    of: tuple[AnyTopic, ...],
    out: AnyTopic,
) -> str:
    """A service that handles "before", is away while "lost-1" and "lost-2" expire, and "after"; what `/ready` says."""
    kafka, process = kafka_of(environment), Process(service, environment, folder, Path.cwd())
    try:
        process.start()
        process.wait_ready()
        give(kafka, *(f"{service}-before-{number}" for number in range(16)))
        assert eventually(lambda: f"{service}-before-15" in keys(kafka, out)), process.words()
        process.end()
        give(kafka, f"{service}-lost-1", f"{service}-lost-2")
        delete_all(kafka, *of)
        process.start()
        process.wait_ready()
        give(kafka, *(f"{service}-after-{number}" for number in range(16)))
        assert eventually(lambda: f"{service}-after-15" in keys(kafka, out)), process.words()
        assert eventually(lambda: "deleted before they were read" in readiness(process)), process.words()
        return readiness(process)
    finally:
        process.end()


def readiness(process: Process) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{process.port}/ready", timeout=5) as reply:
        text: str = reply.read().decode()
        return text


def lost(environment: Mapping[str, str], service: str) -> dict[str, int]:
    """Topic -> records that the audit says a service lost."""
    cassandra = CassandraSettings(port=int(environment["TILTYARD_CASSANDRA_PORT"]))
    with closing(LiveAuditSource(kafka_of(environment), cassandra)) as source:
        audited = accounting.audit(source)
    assert not audited.balanced
    told: dict[str, int] = {}
    for loss in audited.lost:
        if loss.service == service:
            told[loss.topic] = told.get(loss.topic, 0) + loss.records
    return told


def test_ingest_tells_of_documents_that_expired_while_it_was_away(
    environment: Mapping[str, str], tmp_path: Path
) -> None:
    said = away_while_records_expire("ingest", environment, tmp_path, give=report, of=(DOCUMENTS,), out=CHUNKS)

    assert said.startswith("ready")
    assert lost(environment, "ingest") == {DOCUMENTS.name: 2}


def test_the_scorer_tells_of_questions_and_answers_that_expired_while_it_was_away(
    environment: Mapping[str, str], tmp_path: Path
) -> None:
    of = (QUESTIONS, ANSWERS)
    said = away_while_records_expire("scorer", environment, tmp_path, give=ask, of=of, out=RESULTS)

    assert said.startswith("ready")
    assert lost(environment, "scorer") == {QUESTIONS.name: 2, ANSWERS.name: 2 * len(ARMS)}
