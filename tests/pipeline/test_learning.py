"""The size of the training set: nested shares, one adapter after the other over the pipeline, and who serves after."""

import json
from collections.abc import Iterable, Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from services.console.app import build
from services.console.views import training as training_view
from shared import topology
from shared.adapters import registry
from shared.lab.suites import checking, learning
from shared.lab.suites.learning import Lesson, TrainingPorts
from shared.lab.suites.running import SuiteResults
from shared.messages import Result
from shared.source_files import DataError
from tests import adapters
from tests.builders import NOON, a_question
from tests.pipeline.conftest import Pipeline
from tests.pipeline.test_suites import SHIPPED, MemorySystem
from tests.results import a_result, a_scored
from tests.unit.test_suites import a_suite

PAIRS = Path("services/console/newswire/training_pairs.jsonl")


def documents_of(lines: Sequence[str]) -> set[str]:
    return {json.loads(line)["document_id"] for line in lines}


def test_a_smaller_share_lies_within_a_larger_one_and_all_pairs_of_a_document_stay_together() -> None:
    sets = learning.nested(PAIRS, [1, 0.25, 0.5], seed=1)
    quarter, half, whole = (documents_of(lines) for lines in sets.values())

    assert list(sets) == [0.25, 0.5, 1]
    assert quarter < half < whole
    assert (len(quarter), len(half)) == (round(len(whole) / 4), round(len(whole) / 2))
    assert len(sets[1]) == len(PAIRS.read_text().splitlines())
    assert all(json.loads(line)["document_id"] not in quarter for line in set(sets[1]) - set(sets[0.25]))
    assert documents_of(learning.nested(PAIRS, [0.25], seed=2)[0.25]) != quarter


@pytest.mark.parametrize("share", [0, 1.5, -0.1])
def test_a_share_that_is_none_is_refused(share: float) -> None:
    with pytest.raises(ValueError, match="take more than 0 and at most 1"):
        learning.nested(PAIRS, [share], seed=1)


def test_pairs_that_hold_a_question_of_the_suite_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "pairs.jsonl"
    file.write_text('{"question": "where does the fair move"}\n')

    learning.require_untold(PAIRS, checking.load(SHIPPED / "questions").questions)
    with pytest.raises(DataError, match=r"line 1: 'where does the fair move' is a question of the suite"):
        learning.require_untold(file, [a_question(text="Where does the fair move?")])


def training_ports(pipeline: Pipeline, folder: Path, trained: list[str], *, serves: bool = True) -> TrainingPorts:
    """Trains nothing: announces adapters that the echo backend takes up."""

    def train(_: Path, name: str) -> None:
        trained.append(name)
        pipeline.adapters[name] = adapters.saved(folder, name, hours=len(trained), state="retired")

    def serve(name: str) -> None:
        later = NOON + timedelta(days=len(trained))
        if serves:
            for change in registry.promote(pipeline.adapters, name, now=later, reason="test", despite_gates=True):
                pipeline.adapters[change.name] = change

    def speaker() -> str | None:
        adapter = registry.speaking(pipeline.adapters)
        return adapter.name if adapter else None

    return TrainingPorts(train, serve, speaker)


def test_each_adapter_answers_the_suite_and_who_served_before_serves_again(pipeline: Pipeline, tmp_path: Path) -> None:
    suite, trained = checking.load(SHIPPED / "questions"), list[str]()
    pipeline.broker.publish(topology.DOCUMENTS, *suite.documents)
    pipeline.adapters["before"] = adapters.saved(tmp_path, "before")
    training = training_ports(pipeline, tmp_path, trained)

    taught = list(
        learning.lessons(
            MemorySystem(pipeline), suite, {0.5: PAIRS, 1.0: PAIRS}, training=training, run="r", deadline_s=60
        )
    )

    assert [lesson.adapter for lesson in taught] == trained == ["share-050-r", "share-100-r"]
    for lesson in taught:
        assert len(lesson.suite_results.results) == len(suite.questions)
        assert speakers(lesson.suite_results.results.values()) == {lesson.adapter}
    assert training.speaker() == "before"


def speakers(results: Iterable[Result]) -> set[str]:
    return {
        answered.answer.adapter.name
        for result in results
        for answered in result.answers.values()
        if answered.answer.adapter
    }


def test_an_answer_of_another_adapter_ends_the_run_and_who_served_before_serves_again(
    pipeline: Pipeline, tmp_path: Path
) -> None:
    suite = checking.load(SHIPPED / "questions")
    pipeline.adapters["before"] = adapters.saved(tmp_path, "before")
    training = training_ports(pipeline, tmp_path, [], serves=False)

    with pytest.raises(RuntimeError, match="share-100-r was to answer, but before did"):
        list(learning.lessons(MemorySystem(pipeline), suite, {1.0: PAIRS}, training=training, run="r", deadline_s=60))
    assert training.speaker() == "before"


def a_lesson(share: float, right: float) -> Lesson:
    questions = [a_question(question_id=f"q-{place}") for place in range(12)]
    results = {
        question.question_id: a_result(a_scored("tuned", correct=right), question_id=question.question_id)
        for question in questions
    }
    return Lesson(share, round(100 * share), round(300 * share), f"share-{share}", SuiteResults(questions, results))


def test_more_examples_are_compared_with_fewer_step_by_step(capsys: pytest.CaptureFixture[str]) -> None:
    taught = [a_lesson(0.25, 0.0), a_lesson(0.5, 1.0), a_lesson(1, 1.0)]
    suite = a_suite(questions=taught[0].suite_results.questions)

    report = learning.report_of(suite, taught, run="r", seed=1, arms=("tuned", "tuned+rag"))
    steps = {(comparison.a, comparison.b): comparison for comparison in report.comparisons}

    assert steps["tuned (50%)", "tuned (25%)"].difference == 1.0
    assert steps["tuned (50%)", "tuned (25%)"].verdict == "a"
    assert steps["tuned (100%)", "tuned (50%)"].difference == 0.0
    assert [share.arms["tuned"].mean for share in report.shares] == [0.0, 1.0, 1.0]
    written = report.model_dump(mode="json")["shares"][0]
    assert written["arms"]["tuned+rag"] == {"n": 0, "mean": None, "low": 0.0, "high": 1.0}
    training_view.show(report)
    assert "tuned (50%)" in capsys.readouterr().out


def test_a_share_that_is_no_number_is_said() -> None:
    done = CliRunner().invoke(build(), ["evaluate", "training", "x", "--pairs", str(PAIRS), "--train-shares", "half,1"])
    assert done.exit_code != 0
    assert "numbers with commas between them" in done.output + str(done.exception)
