"""The judge beside the whole pipeline: what it says comes into results, and no version is judged for what it says."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.judge.assembly import assemble, name_of
from services.judge.backends.oracle import Oracle
from services.judge.ports import Said, Sheet
from services.judge.settings import JudgeSettings
from shared import topology
from shared.lab import accounting
from shared.lab.judging.summary import summarise
from shared.messages import Message, References, Result
from shared.topology import AnyTopic
from tests.builders import a_document, a_question, a_vote, references
from tests.pipeline.conftest import Pipeline
from tests.pipeline.test_pipeline import MemoryAuditSource

SETTINGS = JudgeSettings(backend="oracle", pairs=(("base", "base+rag"), ("base+rag", "tuned")), graded=("base+rag",))
HARBOUR = references(references=("old harbour",))


class Counting(Oracle):
    """An oracle that counts what it is asked."""

    def __init__(self) -> None:
        self.asked: list[Sheet] = []

    def judge(self, sheets: Sequence[Sheet]) -> list[Said]:
        self.asked += sheets
        return super().judge(sheets)


class BlindCounting(Counting):
    """One that, as a model does, compares by the texts alone: the first in the alphabet."""

    sees_references = False

    def judge(self, sheets: Sequence[Sheet]) -> list[Said]:
        self.asked += sheets
        return [Said("A" if sheet.answers[0] < sheet.answers[-1] else "B") for sheet in sheets]


class WithJudge(Pipeline):
    """The pipeline with a judge, which is a runner like the others."""

    def restart(self) -> None:
        self.backend = getattr(self, "backend", Counting())
        super().restart()
        self.judge = assemble(self._bus(name_of(SETTINGS)), self.backend, SETTINGS)
        self.runners.append(self.judge)

    def versions(self) -> list[Result]:
        return [
            Result.model_validate_json(record.value or b"") for record in self.broker.records(topology.RESULTS.name)
        ]


@pytest.fixture
def house() -> WithJudge:
    made = WithJudge()
    made.broker.publish(topology.DOCUMENTS, a_document())
    made.run()
    return made


def test_verdicts_come_into_the_results_next_version(house: WithJudge) -> None:
    house.broker.publish(topology.QUESTIONS, a_question(references=("old harbour",)))
    house.run()

    first, second = house.versions()
    assert (first.result_version, first.verdicts) == (1, ())
    assert second.result_version == 2
    assert second.answers == first.answers
    [taken] = second.verdicts
    assert [made.outcome for made in taken.verdicts.comparisons] == ["b"], "both closed-book arms fail or say the same"
    assert [(made.arm, made.grade) for made in taken.verdicts.grades] == [("base+rag", 5)]


def test_votes_and_restarts_do_not_make_it_judge_again(house: WithJudge) -> None:
    house.broker.publish(topology.QUESTIONS, a_question(references=("old harbour",)))
    house.run()
    asked = len(house.backend.asked)
    house.restart()
    for voter in ("ann", "bo"):
        house.broker.publish(topology.VOTES, a_vote(arm_a="base", arm_b="base+rag", voter=voter))
        house.run()

    assert [result.result_version for result in house.versions()] == [1, 2, 3, 4]
    assert len(house.backend.asked) == asked
    assert len(house.broker.records(topology.VERDICTS.name)) == 1


def test_references_that_come_later_are_judged_by(house: WithJudge) -> None:
    house.broker.publish(topology.QUESTIONS, a_question(references=None))
    house.run()
    assert house.published()["q-1"].verdicts[0].verdicts.grades == ()
    house.broker.publish(topology.REFERENCES, HARBOUR)
    house.run()

    [taken] = house.published()["q-1"].verdicts
    assert [made.grade for made in taken.verdicts.grades] == [5]
    [judge] = summarise(house.versions(), per_hour=60)
    assert (judge.outdated, judge.grades["base+rag"].n) == (0, 1)


def test_a_judge_that_starts_late_judges_what_stands(house: WithJudge) -> None:
    house.runners.remove(house.judge)
    house.broker.publish(topology.QUESTIONS, a_question(references=None))
    house.run()
    house.broker.publish(topology.REFERENCES, HARBOUR)
    house.run()
    assert house.published()["q-1"].verdicts == ()
    house.restart()
    house.run()

    assert len(house.published()["q-1"].verdicts) == 1
    assert len(house.broker.records(topology.VERDICTS.name)) == 1, "both versions lay there; the newest is judged"


def test_the_audit_accounts_for_everything_with_a_judge(house: WithJudge) -> None:
    house.broker.publish(topology.QUESTIONS, a_question(references=("old harbour",)))
    house.run()
    audited = accounting.audit(MemoryAuditSource(house))

    assert audited.balanced
    assert (audited.questions_in, audited.results_out, audited.results_revised) == (1, 1, 1)


LATER: list[tuple[AnyTopic, Message]] = [
    (topology.REFERENCES, HARBOUR),
    (topology.REFERENCES, references(references=("the pier",))),
    (topology.VOTES, a_vote(arm_a="base", arm_b="base+rag")),
    (topology.VOTES, a_vote(arm_a="base", arm_b="base+rag", choice="b")),
]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_whatever_comes_in_between_it_ends_and_each_text_is_judged_once(data: st.DataObject) -> None:
    """Steps of scorer and judge in any order, and restarts of the judge; then all of it until nothing is left to do."""
    house = WithJudge()
    house.backend = BlindCounting()
    house.restart()
    house.broker.publish(topology.DOCUMENTS, a_document())
    house.broker.publish(topology.QUESTIONS, a_question(references=None))
    for runner in house.runners[:-1]:
        while runner.run_once():
            pass
    events = data.draw(st.permutations(LATER))
    restarts = 0
    for topic, message in events:
        for step in data.draw(st.lists(st.sampled_from(["score", "judge", "restart"]), max_size=4)):
            restarts += step == "restart"
            house.scorer.run_once(house.clock()) if step == "score" else None
            house.judge.run_once() if step == "judge" else None
            house.restart() if step == "restart" else None
        house.broker.publish(topic, message)
    house.run()
    final = house.published()["q-1"]
    asked = len(house.backend.asked)
    house.clock.time += timedelta(hours=1)
    house.run()

    assert len(house.backend.asked) == asked, "it has come to an end"
    last = [message for _, message in events if isinstance(message, References)][-1]
    [taken] = final.verdicts
    assert f"Accepted answers: {last.references[0]}" in [s for s in house.backend.asked if len(s.answers) == 1][-1].user
    assert taken.verdicts.grades[0].grade is None, "a letter is no grade"
    assert len(taken.verdicts.comparisons) == 1
    compared = [sheet for sheet in house.backend.asked if len(sheet.answers) == 2]
    assert len(compared) <= 2 * (1 + restarts), "no reference and no vote changes what is compared"
