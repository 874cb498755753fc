"""A trial with several adapters: what needs none is asked once, and every result is whole all the same."""

from collections.abc import Sequence
from typing import Any

import pytest

from services.console.demo import asked_once, telling
from services.console.demo.kept_runs import Run
from services.console.demo.telling import Counting, Wanted
from shared.contests import files
from shared.costs import CostSettings
from shared.jobs.tuning import AdapterReport
from shared.lab.report.costs import batch_of, batches_of
from shared.messages import AdapterRef, Contest, Question, Result
from tests.adapters import announced
from tests.builders import NOON, a_question
from tests.results import a_result, a_scored

DECIDING = files.chosen("deciding")
QUESTIONS = [a_question(question_id=f"q-{number}") for number in range(3)]


class Asked:
    """Stands for a trial: arms of the contest in force answer with the adapter's name and the number of the asking."""

    def __init__(self) -> None:
        self.contest, self.announced = DECIDING, list[Contest]()
        self.asked = list[tuple[str, tuple[str, ...]]]()

    def hold(self, contest: Contest) -> None:
        self.contest = contest
        self.announced.append(contest)

    def ask_with(self, adapter: str, questions: Sequence[Question], **_: Any) -> list[Result]:
        self.asked.append((adapter, self.contest.arm_names))
        return [self.result(adapter, question) for question in questions]

    def result(self, adapter: str, question: Question) -> Result:
        spoken = AdapterRef(name=adapter, cutoff=NOON, weights_sha256="0" * 64)
        said = [
            a_scored(
                arm.name, adapter=spoken if arm.is_tuned else None, text=f"{arm.name} in asking {len(self.asked)}",
                question_id=question.question_id, generation_ms=100.0 * len(self.asked),
            )
            for arm in self.contest.arms
        ]  # fmt: skip
        result = a_result(*said, question_id=question.question_id)
        return result.model_copy(update={"contest": self.contest.taken})


def runs_of(trial: Asked, contest: Contest, before: dict[str, Run], *names: str) -> dict[str, Run]:
    """What `telling` makes of these adapters."""
    trial.contest = contest
    wanted = Wanted(None, QUESTIONS, [1, 2, 3], contest, None, Counting(60, CostSettings()))  # type: ignore[arg-type]
    tunings = [AdapterReport.of(announced(name)) for name in names]
    return dict(telling.runs_of(trial, wanted, tunings, before))  # type: ignore[arg-type]


def test_a_further_adapter_is_asked_for_its_own_arms_alone() -> None:
    trial = Asked()
    runs_of(trial, DECIDING, {}, "seed-1", "seed-2", "seed-3")
    of_adapters = ("tuned", "tuned+rag")
    assert trial.asked == [("seed-1", DECIDING.arm_names), ("seed-2", of_adapters), ("seed-3", of_adapters)]
    assert [contest.arm_names for contest in trial.announced] == [of_adapters]
    assert [recipe.name for recipe in trial.contest.recipes] == ["rag"]


def test_every_run_has_all_arms_and_of_an_adapter_only_what_it_said_itself() -> None:
    runs = runs_of(Asked(), DECIDING, {}, "seed-1", "seed-2")
    first, second = (run.results[0] for run in runs.values())
    assert [*second.answers] == [*first.answers] == [*DECIDING.arm_names]
    assert second.contest == first.contest == DECIDING.taken
    assert second.answers["base+cag"] == first.answers["base+cag"]
    assert second.answers["tuned"].answer.text == "tuned in asking 2"
    assert second.answers["tuned"].answer.adapter.name == "seed-2"  # type: ignore[union-attr]


def test_what_an_earlier_start_left_is_not_asked_again() -> None:
    before = runs_of(Asked(), DECIDING, {}, "seed-1")
    later = Asked()
    runs = runs_of(later, DECIDING, before, "seed-2")
    assert later.asked == [("seed-2", ("tuned", "tuned+rag"))]
    assert runs["seed-2"].results[0].answers["base"] == before["seed-1"].results[0].answers["base"]


def test_where_an_adapter_speaks_for_all_arms_or_for_none_all_are_asked_each_time() -> None:
    for arms in (("tuned", "tuned+rag"), ("base", "base+rag")):
        contest = DECIDING.model_copy(update={"arms": tuple(arm for arm in DECIDING.arms if arm.name in arms)})
        trial = Asked()
        runs = runs_of(trial, contest, {}, "seed-1", "seed-2")
        assert [names for _, names in trial.asked] == [arms, arms]
        assert runs["seed-2"].results[0].answers[arms[0]].answer.text.endswith("asking 2")


def test_arms_that_did_not_answer_are_missing_once_each() -> None:
    question = QUESTIONS[0]
    first = Asked().result("seed-1", question).model_copy(update={"missing": ("base+cag", "tuned")})
    again = a_result(a_scored("tuned+rag"), missing=("tuned",), question_id=question.question_id)
    (whole,) = asked_once.whole([again], [first])
    assert whole.missing == ("base+cag", "tuned")
    none = first.model_copy(update={"missing": ()})
    scored_with_all = again.model_copy(update={"missing": ("base", "base+rag", "base+cag")})
    assert asked_once.whole([scored_with_all], [none])[0].missing == ()
    assert "tuned" not in whole.answers


def test_results_that_do_not_say_their_contest_are_refused() -> None:
    with pytest.raises(ValueError, match="says nothing of its contest"):
        asked_once.whole([a_result()], [a_result()])


def test_an_answer_that_stands_in_several_runs_counts_once_in_its_batch() -> None:
    runs = runs_of(Asked(), DECIDING, {}, "seed-1", "seed-2", "seed-3")
    results = [result for run in runs.values() for result in run.results]
    base = results[0].answers["base"].answer
    arms_without = len(DECIDING.arms) - 2
    assert batches_of(results)[batch_of(base)] == arms_without * len(QUESTIONS)
