"""Late references and votes through the whole pipeline, and the audit after it."""

from datetime import timedelta

from shared import topology
from shared.lab import accounting
from shared.lab.voting.blind import offer
from shared.lab.voting.summary import summarise
from shared.messages import Vote
from shared.standings import newest
from tests.builders import a_document, a_question, references
from tests.contests import ARMS
from tests.pipeline.conftest import Pipeline
from tests.pipeline.test_pipeline import MemoryAuditSource
from tests.standings import standings


def answered(pipeline: Pipeline) -> None:
    pipeline.broker.publish(topology.DOCUMENTS, a_document())
    pipeline.run()
    pipeline.broker.publish(topology.QUESTIONS, a_question(references=None))
    pipeline.run()


def test_a_question_is_scored_when_its_references_come_and_counts_once(pipeline: Pipeline) -> None:
    answered(pipeline)
    assert "correct" not in pipeline.published()["q-1"].answers["base+rag"].scores
    pipeline.restart()
    pipeline.broker.publish(topology.REFERENCES, references(references=("old harbour",)))
    pipeline.run()

    result = pipeline.published()["q-1"]
    assert result.result_version == 2
    assert result.answers["base+rag"].scores["correct"] == 1.0
    assert result.answers["base"].scores["correct"] == 0.0
    everything = [topology.RESULTS.message.model_validate_json(record.value or b"") for record in
                  pipeline.broker.records(topology.RESULTS.name)]  # fmt: skip
    [overall, _] = standings(everything, ARMS)
    assert overall.arms["base+rag"]["correct"].n == 1


def test_the_audit_tells_a_higher_version_from_a_repetition(pipeline: Pipeline) -> None:
    answered(pipeline)
    pipeline.broker.publish(topology.REFERENCES, references())
    pipeline.run()
    pipeline.broker.publish(topology.VOTES, vote_of(pipeline, "ann"))
    pipeline.run()
    pipeline.clock.time += timedelta(days=2)
    pipeline.run()
    pipeline.broker.publish(topology.QUESTIONS, a_question())
    pipeline.run()
    pipeline.clock.time += timedelta(days=2)
    pipeline.run()
    audited = accounting.audit(MemoryAuditSource(pipeline))

    assert audited.balanced
    assert (audited.questions_in, audited.results_out) == (1, 1)
    assert (audited.results_revised, audited.results_repeated, audited.questions_repeated) == (2, 1, 1)


def test_what_a_voter_was_shown_is_what_is_counted(pipeline: Pipeline) -> None:
    answered(pipeline)
    cast = vote_of(pipeline, "ann")
    pipeline.broker.publish(topology.VOTES, cast, cast)
    pipeline.run()
    summary = summarise(pipeline.published().values(), [cast, cast], per_hour=5)

    assert summary.pairs == {cast.pair: {"a": 0, "b": 0, "tie": 0, "both_bad": 0} | {cast.choice_of_pair: 1}}
    assert (summary.cast.repeated, summary.cast.unattached) == ({"ann": 1}, 0)


def vote_of(pipeline: Pipeline, voter: str) -> Vote:
    """For A, on what this voter is offered."""
    shown = offer(newest(pipeline.published().values()).values(), voter, {}, recent=10)
    assert shown is not None
    return shown.vote(voter, "a")
