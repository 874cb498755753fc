"""A suite from its folder to its table over the in-memory pipeline, and what is left in the system after it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from services.console.suites.sessions import Session
from shared import order, topology
from shared.lab.suites import checking, folder, measuring
from shared.lab.suites.folder import Suite
from shared.messages import DocumentPublished, Question, Result
from shared.publisher import Pending, Settled
from shared.scoring.catalogue import HEADLINE
from tests.builders import NOON, a_document, a_question
from tests.pipeline.conftest import Pipeline

SHIPPED = Path("services/console/newswire/suites")


@dataclass
class MemorySystem:
    """Implements System over a pipeline in this process, settling documents by the publisher's own rules."""

    pipeline: Pipeline

    def publish(self, documents: Sequence[DocumentPublished]) -> Sequence[Settled]:
        broker, pending = self.pipeline.broker, Pending()
        for document in documents:
            value = document.model_dump_json().encode()
            position = broker.append(topology.DOCUMENTS.name, document.document_id.encode(), value)
            pending.by_position[position] = document.document_id
        self.pipeline.run()
        for record in broker.records(topology.INDEXED.name):
            pending.announced(record)
        dead = [buried for record in broker.records(topology.DOCUMENTS.dead) for buried in pending.buried(record)]
        return [*dead, *pending.decided(self.pipeline.dispositions)]

    def ask(self, questions: Sequence[Question]) -> Mapping[str, Result]:
        self.pipeline.broker.publish(topology.QUESTIONS, *questions)
        self.pipeline.run()
        wanted = {question.question_id for question in questions}
        return {name: result for name, result in self.pipeline.published().items() if name in wanted}

    def retract(self, documents: Sequence[DocumentPublished]) -> None:
        self.pipeline.broker.publish(topology.DOCUMENTS, *order.taken_back(documents, NOON))
        self.pipeline.run()


def a_session(pipeline: Pipeline, place: Path, name: str, arms: Sequence[str] = ()) -> Session:
    return Session(place, arms, 60, 60, connect=lambda _: MemorySystem(pipeline), name=name)


def standing(pipeline: Pipeline) -> set[str]:
    return {stored.revision.document_id for stored in pipeline.documents.documents() if not stored.revision.retracted}


def evidence(pipeline: Pipeline, question_id: str) -> tuple[str, ...]:
    return pipeline.published()[question_id].answers["base+rag"].answer.evidence


@pytest.mark.parametrize("name", sorted(path.parent.name for path in SHIPPED.glob("*/suite.toml")))
def test_a_shipped_suite_runs_from_its_folder_to_its_table(pipeline: Pipeline, tmp_path: Path, name: str) -> None:
    counted = a_session(pipeline, SHIPPED / name, "one").run(published=False, keep=False, out=tmp_path)
    written = json.loads((tmp_path / "summary.json").read_text())
    suite = checking.load(SHIPPED / name)

    assert written == counted.model_dump(mode="json")
    assert counted.questions == counted.results == len(suite.questions)
    assert counted.without_result == []
    assert counted.documents == {"indexed": len(suite.documents)}
    assert counted.documents_not_findable == {}
    assert counted.suite.name == suite.card.name
    assert set(counted.arms["base+rag"]) == {"all", *suite.card.slices}
    assert len((tmp_path / "results.jsonl").read_text().splitlines()) == len(suite.questions)
    assert standing(pipeline) == set(), "everything was taken back"
    if name == "questions":
        assert (counted.arms["base+rag"]["all"].means["contains"] or 0.0) > 0.5
        assert counted.arms["base"]["all"].means["contains"] == 0.0
        assert counted.silent == ["tuned", "tuned+rag"], "without an adapter they failed on every question"
        assert (counted.arms["base+rag"]["all"].means[HEADLINE] or 0.0) < 0.2, "a pasted passage is no answer"
        assert not any("tuned" in sentence for sentence in counted.sentences)
    if name == "summaries":
        base, searched = (counted.measures[arm]["rouge_l"].mean for arm in ("base", "base+rag"))
        assert base is not None
        assert searched is not None
        assert base < 0.05 < 0.2 < searched
        assert [comparison.verdict for comparison in counted.compared] == ["b"]
        assert counted.arms["base+rag"]["all"].means["correct"] is None, "no answer repeats a whole summary"
    if name == "conversations":
        assert (counted.measures["base+rag"]["context_recall"].mean or 0.0) > 0.9


def test_a_condensed_question_finds_what_the_question_alone_does_not(pipeline: Pipeline) -> None:
    asked = {question.question_id: question for question in checking.load(SHIPPED / "conversations").questions}
    followed = asked["q-conversation-002"].model_copy(update={"question_id": "q-followed"})
    alone = followed.model_copy(update={"question_id": "q-alone", "history": ()})
    pipeline.broker.publish(topology.DOCUMENTS, *checking.load(SHIPPED / "conversations").documents)
    pipeline.broker.publish(topology.QUESTIONS, followed, alone)
    pipeline.run()

    assert evidence(pipeline, "q-followed")[0].startswith("hv-0008:")
    assert not evidence(pipeline, "q-alone")[0].startswith("hv-0008:")


def test_as_many_passages_reach_the_model_as_a_condition_says(pipeline: Pipeline, tmp_path: Path) -> None:
    session = a_session(pipeline, SHIPPED / "conversations", "one", ("base", "base+rag"))
    session.disturb(["passages-0", "order-best_last"], seed=1, out=tmp_path)

    def shown(condition: str) -> list[tuple[str, ...]]:
        lines = (tmp_path / f"results.{condition}.jsonl").read_text().splitlines()
        return [Result.model_validate_json(line).answers["base+rag"].answer.evidence for line in lines]

    assert set(shown("passages-0")) == {()}
    assert max(map(len, shown("passages-5"))) == 5
    assert [ids[::-1] for ids in shown("order-best_last")] == shown("passages-5")


def test_two_runs_do_not_mix_and_news_stays_out(pipeline: Pipeline) -> None:
    news = a_document(document_id="news", text="The cars on the third line of the Wexcombe tram are pink.")
    pipeline.broker.publish(topology.DOCUMENTS, news)
    pipeline.run()

    first, second = (
        a_session(pipeline, SHIPPED / "questions", run).run(published=False, keep=True, out=None)
        for run in ("one", "two")
    )

    assert (first.results, second.results) == (32, 32)
    assert set(second.documents or {}) >= {"unchanged"}, "what stands already is not stored again"
    assert first.arms["base+rag"]["all"].means["correct"] == second.arms["base+rag"]["all"].means["correct"]
    shown = {
        name.rpartition(":")[0].rpartition(":")[0]
        for question_id in pipeline.published()
        for name in evidence(pipeline, question_id)
    }
    assert shown
    assert all(name.startswith("suite:newswire-questions@1:hv-") for name in shown)
    pipeline.broker.publish(topology.QUESTIONS, a_question(text="What colour are the cars on the Wexcombe tram?"))
    pipeline.run()
    assert evidence(pipeline, "q-1") == ("news:1:0",), "readers of news are shown nothing of a suite that was kept"


def test_documents_that_are_there_already_are_asked_about_as_they_are(pipeline: Pipeline) -> None:
    pipeline.broker.publish(topology.DOCUMENTS, *checking.load(SHIPPED / "questions").documents)
    pipeline.run()
    before = standing(pipeline)

    counted = a_session(pipeline, SHIPPED / "questions", "one", ("base", "base+rag")).run(
        published=True, keep=False, out=None
    )

    assert counted.documents is None
    assert set(counted.arms) == {"base", "base+rag"}
    assert (counted.arms["base+rag"]["all"].means["contains"] or 0.0) > 0.5
    assert standing(pipeline) == before


def test_a_document_that_cannot_be_taken_is_told_and_the_rest_is_asked(pipeline: Pipeline, tmp_path: Path) -> None:
    suite = checking.load(SHIPPED / "questions")
    future = suite.documents[0].model_copy(update={"published_at": pipeline.clock.time.replace(year=2090)})
    card = suite.card.model_copy(update={"documents": "."})
    folder.write(tmp_path, Suite(card, [future, *suite.documents[1:]], suite.questions))

    counted = a_session(pipeline, tmp_path, "one").run(published=False, keep=False, out=None)

    assert counted.documents_not_findable is not None
    assert list(counted.documents_not_findable) == [future.document_id]
    assert counted.documents_not_findable[future.document_id].startswith("dead: published_at")
    assert counted.results == len(suite.questions)


def test_documents_are_taken_back_when_a_run_fails(pipeline: Pipeline) -> None:
    class Deaf(MemorySystem):
        def ask(self, _: Sequence[Question]) -> Mapping[str, Result]:
            raise TimeoutError("nobody answers")

    session = Session(SHIPPED / "questions", (), 60, 60, connect=lambda _: Deaf(pipeline), name="one")

    with pytest.raises(TimeoutError, match="nobody answers"):
        session.run(published=False, keep=False, out=None)
    assert standing(pipeline) == set()


def test_sensitivity_shows_what_retrieval_depends_on(
    pipeline: Pipeline, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By `contains`: the backend without a model pastes its first passage, which is no right answer."""
    monkeypatch.setattr(measuring, "HEADLINE", "contains")
    session = a_session(pipeline, SHIPPED / "questions", "one", ("base", "base+rag", "tuned"))
    names = ["unchanged", "withheld", "random_only", "gold_only", "contradicting", "noisy", "duplicated", "stale"]

    report = session.disturb(names, seed=1, out=tmp_path)

    of_rag = {comparison.condition: comparison for comparison in report.comparisons if comparison.arm == "base+rag"}
    assert report.silent == ["tuned"], "without an adapter it never answered"
    assert set(of_rag) == set(names)
    assert of_rag["unchanged"].difference == 0.0
    assert (of_rag["withheld"].mean_a, of_rag["withheld"].verdict) == (0.0, "b")
    assert (of_rag["random_only"].mean_a, of_rag["random_only"].verdict) == (0.0, "b")
    assert (of_rag["gold_only"].mean_a or 0.0) >= (of_rag["gold_only"].mean_b or 0.0)
    assert of_rag["stale"].mean_a is not None
    assert of_rag["stale"].mean_a < 0.1, "a question about two documents may be answered from the older one"
    assert of_rag["stale"].verdict == "b"
    assert (of_rag["noisy"].difference or 0.0) < 0
    assert {comparison.difference for comparison in report.comparisons if comparison.arm == "base"} == {0.0}
    misled = report.conditions["contradicting"].arms["base+rag"]["all"].means["outdated"]
    assert misled is not None
    assert (tmp_path / "results.withheld.jsonl").is_file()
    assert standing(pipeline) == set()
