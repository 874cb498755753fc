"""The store or the announcements go away under a worker with an arm of `cag`: that arm alone fails, for so long."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

import pytest
import stamina
from cassandra import OperationTimedOut
from structlog.testing import capture_logs

from services.generator import handler, newest_news, outages
from services.generator.arms import Served
from services.generator.backends.echo import Echo
from services.generator.newest_news import NewestNews
from services.generator.settings import GeneratorSettings
from shared import topology
from shared.access import UnreachableError
from shared.cassandra.client import Store
from shared.cassandra.documents import CassandraDocuments
from shared.contests.calendar import Calendar
from shared.memory.broker import MemoryBroker, MemoryTail
from shared.memory.documents import MemoryDocuments
from shared.messages import Answer, DocumentIndexed
from shared.records import Effect, Position, RawRecord
from shared.stored import Disposition, StoredDocument, TakenDocument
from tests import builders
from tests.builders import NOON, a_chunked_document, a_question, a_raw_record
from tests.contests import a_contest, an_arm

CONTEST = a_contest("base", an_arm("base+cag"))


class Worker:
    """A worker whose store and announcements answer, or raise what they are told to; `tries` are those in vain."""

    def __init__(self) -> None:
        self.broker, self.documents = MemoryBroker(), MemoryDocuments()
        self.store_error: Exception | None = None
        self.topic_error: Exception | None = None
        self.tries = self.opened = 0
        self.news = NewestNews(self._announcements, self._texts)
        self.served = Served(
            GeneratorSettings(), lambda: Calendar().announced(CONTEST, NOON - timedelta(days=1)), {}, self.news
        )
        self._handle = self.news.before(self._answer)

    def publish(self, name: str) -> None:
        chunked = a_chunked_document(document_id=name, revision=1, title=name, chunks=())
        taken = TakenDocument(Disposition(Position("t", 0, 1), "revision", name, 1), chunked, f"A text of {name}.")
        self.documents.write(Effect(taken, a_raw_record(b"")))
        self.documents.flush()
        described = chunked.model_dump(exclude={"chunks"})
        self.broker.publish(
            topology.INDEXED, DocumentIndexed(**described, chunk_count=1, encoder="hashing", stored_at=NOON)
        )

    def answers(self, questions: int = 1) -> dict[str, Answer]:
        """Of each arm to the last of so many questions in one batch."""
        batch = [builders.a_record(a_question(), topic=topology.QUESTIONS.name)] * questions
        return {made.outcome.arm: made.outcome for made in self._handle(batch)}

    def said(self) -> tuple[str, str | None]:
        """What became of a question to the arm of `cag`, while the other arm answers."""
        answers = self.answers()
        assert answers["base"].status == "answered"
        return answers["base+cag"].status, answers["base+cag"].failure_kind

    def _answer(self, batch: Sequence[Any]) -> Iterator[Effect[Answer]]:
        return handler.answer(batch, served=self.served, backend=Echo(), now=lambda: NOON, longest=9)

    def _announcements(self) -> "Worker":
        self._fail(self.topic_error)
        self.tail = MemoryTail(self.broker, topology.INDEXED.name)
        return self

    def _texts(self) -> "Worker":
        self._fail(self.store_error)
        self.opened += 1
        return self

    def standing(self, document_ids: Iterable[str]) -> Mapping[str, StoredDocument]:
        self._fail(self.store_error)
        return self.documents.standing(document_ids)

    def seek(self, offsets: Mapping[int, int]) -> bool:
        return self.tail.seek(offsets)

    def poll(self, limit: int, wait_s: float) -> Sequence[RawRecord]:
        return self.tail.poll(limit, wait_s)

    def offsets(self) -> Mapping[int, int]:
        return self.tail.offsets()

    def ends(self) -> Mapping[int, int]:
        self._fail(self.topic_error)
        return self.tail.ends()

    def _fail(self, error: Exception | None) -> None:
        if error:
            self.tries += 1
            raise error


@pytest.fixture
def worker() -> Worker:
    return Worker()


@pytest.fixture
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever tried in vain may try again at once."""
    monkeypatch.setattr(outages, "AGAIN_S", 0.0)


FAILED, ANSWERED = ("failed", "unreachable"), ("answered", None)


@pytest.mark.usefixtures("_at_once")
def test_a_store_that_goes_away_fails_its_arm_alone_until_it_is_back(worker: Worker) -> None:
    worker.publish("a")
    assert worker.said() == ANSWERED
    worker.publish("b")
    worker.store_error = UnreachableError("Cassandra did not answer")
    assert worker.said() == FAILED
    assert "Cassandra did not answer" in (worker.answers()["base+cag"].failure or "")
    worker.store_error = None

    assert worker.said() == ANSWERED
    assert len(worker.answers()["base+cag"].evidence) == 2


@pytest.mark.usefixtures("_at_once")
def test_no_question_is_answered_over_news_that_is_behind_the_announcements(worker: Worker) -> None:
    worker.publish("a")
    assert worker.said() == ANSWERED
    worker.topic_error = TimeoutError("nothing was read")

    assert worker.said() == FAILED
    worker.topic_error = None
    assert worker.said() == ANSWERED


@pytest.mark.usefixtures("_at_once")
def test_announcements_that_cannot_be_read_at_first_are_read_later(worker: Worker) -> None:
    worker.publish("a")
    worker.topic_error = ConnectionError("nobody answers")
    assert (worker.said(), worker.said()) == (FAILED, FAILED)
    worker.topic_error = None

    assert worker.said() == ANSWERED
    assert worker.opened == 1, "a store that was opened is not opened again"


@pytest.mark.usefixtures("_at_once")
def test_a_catch_up_that_ends_half_way_is_not_taken_for_done(worker: Worker, monkeypatch: pytest.MonkeyPatch) -> None:
    worker.publish("a")
    with monkeypatch.context() as silent:
        silent.setattr(newest_news, "FAILOVER_S", -1.0)
        silent.setattr(worker, "poll", lambda *_: [])
        assert worker.said() == FAILED

    assert worker.said() == ANSWERED


def test_a_store_that_is_away_is_tried_and_spoken_of_once_for_many_questions(worker: Worker) -> None:
    worker.publish("a")
    worker.store_error = UnreachableError("nobody answers")

    with capture_logs() as logs:
        for _ in range(3):
            worker.answers(questions=5)

    assert worker.tries == 1
    assert [entry["reason"] for entry in logs if entry["log_level"] == "warning"] == ["nobody answers"]


@pytest.mark.usefixtures("_at_once")
def test_a_reason_is_logged_once_however_often_it_is_tried(worker: Worker) -> None:
    worker.publish("a")
    worker.store_error = UnreachableError("nobody answers")

    with capture_logs() as logs:
        for _ in range(3):
            worker.answers(questions=5)

    assert worker.tries > 3
    assert len([entry for entry in logs if entry["log_level"] == "warning"]) == 1


def test_what_the_driver_raises_is_told_as_an_absent_store() -> None:
    class Session:
        def prepare(self, *_: Any, **__: Any) -> None:
            raise OperationTimedOut

    documents = CassandraDocuments(Store(Session(), None, "tiltyard"))

    with stamina.set_testing(True, attempts=1), pytest.raises(UnreachableError, match="Cassandra did not answer"):
        documents.standing(["a"])
