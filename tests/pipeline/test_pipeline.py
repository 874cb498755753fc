"""What a user sees of the whole: answers follow the news, nothing is lost, nothing counts twice."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from services.console.demo import newswire
from shared import topology
from shared.lab import accounting
from shared.lab.summary import of_results
from shared.messages import DocumentPublished, Result
from shared.records import RawRecord
from shared.stored import Disposition
from tests import adapters
from tests.builders import NOON, a_document, a_question
from tests.pipeline.conftest import Pipeline

ARMS = {"base", "base+rag", "tuned", "tuned+rag"}


class MemoryAuditSource:
    """What the audit reads, from an in-memory pipeline."""

    since: datetime | None = None

    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline

    def ranges(self, topic: str) -> dict[int, tuple[int, int]]:
        broker = self._pipeline.broker
        starts = broker.starts([(topic, partition) for partition in range(broker.partitions)])
        return {place[1]: (start, broker.end(*place)) for place, start in starts.items()}

    def read(self, topic: str) -> Iterable[RawRecord]:
        return self._pipeline.broker.records(topic)

    def dispositions(self, topic: str, partition: int, low: int, high: int) -> Iterable[Disposition]:
        return self._pipeline.dispositions.between(topic, partition, low, high)


def said(result: Result, arm: str) -> str:
    return result.answers[arm].answer.text


def test_a_published_document_answers_a_question_published_after_it(pipeline: Pipeline) -> None:
    pipeline.broker.publish(topology.DOCUMENTS, a_document())
    pipeline.run()
    pipeline.broker.publish(topology.QUESTIONS, a_question(references=("old harbour",)))
    pipeline.run()

    result = pipeline.published()["q-1"]

    assert "old harbour" in said(result, "base+rag")
    assert result.answers["base+rag"].scores["correct"] == 1.0
    assert result.answers["base"].scores["correct"] == 0.0
    assert result.answers["base+rag"].answer.citations == ("story-1:1:0",)


def test_tuned_arms_without_an_adapter_fail_and_never_pose_as_tuned(pipeline: Pipeline) -> None:
    pipeline.broker.publish(topology.QUESTIONS, a_question())
    pipeline.run()

    result = pipeline.published()["q-1"]

    for arm in ("tuned", "tuned+rag"):
        assert (result.answers[arm].answer.status, result.answers[arm].answer.failure) == ("failed", "no adapter yet")
        assert result.answers[arm].answer.adapter is None
    assert set(result.answers) == ARMS


def test_a_running_worker_takes_up_an_announced_adapter(pipeline: Pipeline, tmp_path: Path) -> None:
    pipeline.broker.publish(topology.QUESTIONS, a_question(question_id="before"))
    pipeline.run()
    pipeline.adapters["first"] = adapters.saved(tmp_path, "first")
    pipeline.broker.publish(topology.QUESTIONS, a_question(question_id="after"))
    pipeline.run()

    before, after = (pipeline.published()[name].answers["tuned"].answer for name in ("before", "after"))

    assert before.status == "failed"
    assert after.adapter is not None
    assert (after.adapter.name, after.adapter.cutoff) == ("first", NOON)


def test_a_correction_replaces_and_a_retraction_removes_what_is_said(pipeline: Pipeline) -> None:
    def ask(name: str) -> str:
        pipeline.broker.publish(topology.QUESTIONS, a_question(question_id=name))
        pipeline.run()
        return said(pipeline.published()[name], "base+rag")

    pipeline.broker.publish(topology.DOCUMENTS, a_document())
    pipeline.run()
    assert "old harbour" in ask("first")
    pipeline.broker.publish(topology.DOCUMENTS, a_document(text="The lantern fair moves to the new quay."))
    pipeline.run()
    corrected = ask("second")
    assert "new quay" in corrected
    assert "old harbour" not in corrected
    pipeline.broker.publish(topology.DOCUMENTS, DocumentPublished(document_id="story-1", op="retract"))
    pipeline.run()
    assert "quay" not in ask("third")


def test_no_question_sees_what_was_first_seen_after_its_time(pipeline: Pipeline) -> None:
    later = NOON + timedelta(days=2)
    pipeline.broker.publish(topology.DOCUMENTS, a_document(first_seen_at=later))
    pipeline.run()
    pipeline.broker.publish(topology.QUESTIONS, a_question(as_of=NOON))
    pipeline.broker.publish(topology.QUESTIONS, a_question(question_id="q-2", as_of=later))
    pipeline.run()

    assert pipeline.published()["q-1"].answers["base+rag"].answer.evidence == ()
    assert pipeline.published()["q-2"].answers["base+rag"].answer.evidence == ("story-1:1:0",)


def test_bad_documents_and_questions_are_buried_and_all_is_accounted_for(pipeline: Pipeline) -> None:
    broker = pipeline.broker
    broker.append(topology.DOCUMENTS.name, b"x", b"{bad json")
    broker.append(topology.DOCUMENTS.name, b"y", b'{"document_id": "y", "text": "t", "op": "delete"}')
    broker.publish(topology.DOCUMENTS, a_document(), a_document(), a_document(document_id="e", text=" "))
    broker.append(topology.QUESTIONS.name, b"q", b'{"question_id": "q", "text": ""}')
    broker.append(topology.QUESTIONS.name, b"r", b'{"question_id": "r", "text": "' + b"x" * 100_000 + b'"}')
    broker.publish(topology.QUESTIONS, a_question())
    pipeline.run()

    audited = accounting.audit(MemoryAuditSource(pipeline))

    assert audited.balanced, audited.unaccounted
    assert (audited.documents_in, audited.revisions_indexed) == (5, 1)
    assert (audited.documents_dropped, audited.documents_dead) == (1, 3)
    assert (audited.questions_in, audited.results_out, audited.questions_dead) == (3, 1, 2)


def test_what_is_still_on_its_way_is_not_accounted_for(pipeline: Pipeline) -> None:
    pipeline.broker.publish(topology.DOCUMENTS, a_document())
    pipeline.broker.publish(topology.QUESTIONS, a_question())

    audited = accounting.audit(MemoryAuditSource(pipeline))

    assert not audited.balanced
    assert len(audited.unaccounted) == 2


def test_publishing_everything_twice_across_a_restart_ends_in_the_same_state(pipeline: Pipeline) -> None:
    def publish() -> None:
        pipeline.broker.publish(topology.DOCUMENTS, a_document(), a_document(document_id="2", text="Another story."))
        pipeline.broker.publish(topology.QUESTIONS, a_question())
        pipeline.run()

    publish()
    documents, results = list(pipeline.documents.documents()), pipeline.published()
    pipeline.restart()
    publish()

    assert list(pipeline.documents.documents()) == documents
    assert pipeline.published() == results
    assert accounting.audit(MemoryAuditSource(pipeline)).balanced


def test_the_sample_newswire_runs_through_and_retrieval_knows_the_second_edition(pipeline: Pipeline) -> None:
    wire = newswire.load(newswire.SAMPLE)
    pipeline.broker.publish(topology.DOCUMENTS, *wire.edition1)
    pipeline.broker.publish(topology.DOCUMENTS, *wire.edition2)
    pipeline.run()
    asked = newswire.sample(wire.questions, 40)
    pipeline.broker.publish(topology.QUESTIONS, *asked)
    pipeline.run()

    counts = of_results(list(pipeline.published().values()))

    assert counts.results == 40
    assert (counts.arms["base+rag"]["new"].means["contains"] or 0.0) > 0.5
    assert counts.arms["base"]["new"].means["contains"] == 0.0
    assert accounting.audit(MemoryAuditSource(pipeline)).balanced


def test_a_sample_keeps_every_slice_in_proportion() -> None:
    questions = newswire.load(newswire.SAMPLE).questions
    chosen = newswire.sample(questions, 96)

    share = {name: sum(q.slice == name for q in chosen) for name in {q.slice for q in questions}}
    assert len(chosen) == 96
    assert chosen == newswire.sample(questions, 96)
    assert all(
        abs(count - 96 * sum(q.slice == name for q in questions) / len(questions)) < 1 for name, count in share.items()
    )


@pytest.mark.parametrize("missing", ["edition1.documents.jsonl", "training_pairs.jsonl", "questions.jsonl"])
def test_an_incomplete_newswire_folder_is_refused_by_the_files_name(tmp_path: Path, missing: str) -> None:
    for file in newswire.SAMPLE.glob("*.jsonl"):
        if file.name != missing:
            (tmp_path / file.name).write_bytes(file.read_bytes())

    with pytest.raises(FileNotFoundError, match=missing):
        newswire.load(tmp_path)
