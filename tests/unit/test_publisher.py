"""Documents on their way: what became of each, what the others wait for, and what is said of both."""

from datetime import timedelta

import pytest
from confluent_kafka.admin import AdminClient

from services.console import at_work
from services.console.commands import publish
from shared import publisher, topology
from shared.access import UnreachableError
from shared.kafka import progress
from shared.kafka.sink import Delivery, DeliveryError
from shared.lags import absent
from shared.memory.dispositions import MemoryDispositions
from shared.messages import DocumentIndexed
from shared.publisher import Pending, Publisher, Settled, Waiting
from shared.records import Effect, Position, RawRecord
from shared.settings import KafkaSettings
from shared.stored import Disposition, DroppedDocument
from tests.builders import NOON, a_chunked_document

FIRST, SECOND = (Position(topology.DOCUMENTS.name, 0, offset) for offset in (0, 1))


def announced(revision: int, *, retracted: bool = False) -> RawRecord:
    document = a_chunked_document(revision=revision, retracted=retracted)
    said = DocumentIndexed(
        **document.model_dump(exclude={"chunks", "version"}), chunk_count=0, encoder="hashing", stored_at=NOON
    )
    at = NOON + timedelta(milliseconds=42)
    return RawRecord(Position(topology.INDEXED.name, 0, revision), b"story-1", said.model_dump_json().encode(), at)


def decided(*revisions: int) -> MemoryDispositions:
    dispositions = MemoryDispositions()
    for position, revision in zip((FIRST, SECOND), revisions, strict=False):
        made = Disposition(position, "revision", "story-1", revision, "")
        dispositions.write(Effect(DroppedDocument(made), announced(revision)))
    dispositions.flush()
    return dispositions


def test_a_retraction_is_told_as_a_retraction(capsys: pytest.CaptureFixture[str]) -> None:
    pending = Pending({FIRST: "story-1", SECOND: "story-1"})
    pending.announced(announced(1))
    pending.announced(announced(2, retracted=True))

    upserted, retracted = pending.decided(decided(1, 2))
    publish.tell(upserted)
    publish.tell(retracted)

    assert (upserted.retracted, retracted.retracted) == (False, True)
    assert capsys.readouterr().out.splitlines() == [
        "story-1: indexed",
        "story-1: retracted, no longer findable after 42 ms",
    ]


def test_an_upsert_is_findable_and_a_dead_one_says_why(capsys: pytest.CaptureFixture[str]) -> None:
    publish.tell(Settled("a", "indexed", freshness_ms=42.0))
    publish.tell(Settled("b", "dead", "text: nothing is left"))

    assert capsys.readouterr().out.splitlines() == [
        "a: indexed, findable after 42 ms",
        "b: dead: text: nothing is left",
    ]


def test_what_is_on_its_way_waits_for_ingest_and_then_for_embedder() -> None:
    pending = Pending({FIRST: "story-1", SECOND: "story-1"})
    assert pending.waiting == Waiting(ingest=2, embedder=0)

    assert list(pending.decided(decided(1))) == []
    assert pending.waiting == Waiting(ingest=1, embedder=1)
    assert str(pending.waiting) == ("2 documents wait: 1 for ingest to take them, 1 for embedder to make them findable")


def test_whoever_waits_is_told_again_and_again_while_nothing_moves(monkeypatch: pytest.MonkeyPatch) -> None:
    stuck: list[Waiting] = []
    monkeypatch.setattr(publisher, "STUCK_S", 0.05)
    waits = Publisher(KafkaSettings(bootstrap_servers="127.0.0.1:9"), "test")
    waits.pending.by_position[FIRST] = "story-1"

    with pytest.raises(TimeoutError, match=r"after 0.3 s 1 documents wait: 1 for ingest to take them"):
        waits.wait(0.3, stuck=stuck.append)

    assert len(stuck) >= 3
    assert set(stuck) == {Waiting(ingest=1, embedder=0)}


def test_the_service_that_does_not_run_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def with_groups(*groups: str) -> str:
        monkeypatch.setattr(progress, "at_work", lambda *_: set(groups))
        return at_work.why_waiting(Waiting(ingest=0, embedder=3), KafkaSettings())

    assert with_groups("ingest", "embedder") == "3 documents wait: 3 for embedder to make them findable"
    assert with_groups("ingest").endswith("findable; embedder does not run: start them with `tiltyard services start`")
    monkeypatch.setattr(progress, "at_work", lambda *_: {"ingest", "embedder", "generator-tuned", "judge-local"})
    assert absent(progress.at_work(KafkaSettings())) == ["retriever", "scorer"]
    assert "these services do not run: retriever, scorer" in at_work.why_unanswered(KafkaSettings())


def test_groups_at_work_are_those_with_members(monkeypatch: pytest.MonkeyPatch) -> None:
    class Group:
        def __init__(self, group_id: str, state: str) -> None:
            self.group_id, self.state = group_id, type("State", (), {"name": state})

    class Listing:
        errors = ()
        valid = (Group("tiltyard-ingest", "STABLE"), Group("tiltyard-scorer", "EMPTY"), Group("other-x", "STABLE"),
                 Group("tiltyard-embedder", "PREPARING_REBALANCE"))  # fmt: skip

        def result(self, _: float) -> "Listing":
            return self

    monkeypatch.setattr(AdminClient, "list_consumer_groups", lambda *_, **__: Listing())
    assert progress.at_work(KafkaSettings(bootstrap_servers="127.0.0.1:9")) == {"ingest", "embedder"}


def test_a_broker_that_is_not_there_is_named_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = KafkaSettings(bootstrap_servers="127.0.0.1:9")
    monkeypatch.setattr("shared.kafka.sink.FLUSH_S", 0.1)
    delivery = Delivery(settings, "test")
    delivery.send(topology.DOCUMENTS.name, b"k", b"v", {})

    with pytest.raises(
        DeliveryError, match=r"1 records did not reach the broker at 127.0.0.1:9 within 0.1 s: start it"
    ):
        delivery.flush()
    with pytest.raises(UnreachableError, match="does not say who is at work"):
        progress.at_work(settings, 0.2)
