"""The verdict says what the numbers support and nothing else."""

from collections.abc import Sequence

from shared.lab.report import verdict
from shared.lab.report.material import gather
from shared.lab.report.numbers import count
from shared.messages import Result, ScoredAnswer
from tests.builders import NOON, a_question, an_answer
from tests.results import a_result, a_scored

ARMS = ("base", "base+rag", "tuned", "tuned+rag")


def sentences(gathered: Sequence[Result]) -> list[str]:
    return verdict.sentences(count(gather(gathered, read_from="results")))


def results(
    scores: dict[str, float], *, slice_name: str = "new", count: int = 30, metric: str = "right"
) -> list[Result]:
    """Results in which every arm has one and the same score for a metric."""
    return [
        Result(
            question=a_question(question_id=f"{slice_name}-{number}", slice=slice_name),
            asked_at=NOON,
            scored_at=NOON,
            answers={
                arm: ScoredAnswer(answer=an_answer(arm=arm), latency_ms=1.0, scores={metric: scores.get(arm, 0.0)})
                for arm in ARMS
            },
            metric_versions={metric: "1"},
        )
        for number in range(count)
    ]


def test_a_clear_difference_is_said_with_its_interval_and_n() -> None:
    said = sentences(results({"base+rag": 1.0}))

    assert any(s.startswith("On new questions base+rag is right more often than tuned, by 100.0 points") for s in said)
    assert any(s.startswith("On new questions base+rag is right more often than tuned+rag") for s in said)
    assert all("n = 30" in s for s in said[:-1])


def test_the_better_arm_is_named_first_whichever_it_is() -> None:
    assert any("tuned is right more often than base+rag" in s for s in sentences(results({"tuned": 1.0})))


def test_what_the_numbers_do_not_decide_is_called_undecided() -> None:
    (only,) = sentences(results({}, count=5))

    assert "undecided" in only
    assert "base against tuned on new" in only


def test_saying_what_later_news_made_wrong_is_told_apart() -> None:
    said = sentences(results({"tuned": 1.0}, slice_name="retracted", metric="outdated"))

    assert any("tuned says what later news had made wrong more often than base" in s for s in said)
    assert not any("is right" in s for s in said[:-1])


def test_without_results_there_is_nothing_to_say() -> None:
    assert sentences([]) == []


def test_questions_to_an_arm_without_an_adapter_are_told_from_answers_that_failed() -> None:
    def failing(kind: str, *arms: str) -> list[Result]:
        failed = [a_scored(arm, correct=0.0, status="failed", failure="x", failure_kind=kind) for arm in arms]
        return [a_result(a_scored("base"), *failed, question_id=f"{kind}-{n}") for n in range(13)]

    def said(*gathered: Result) -> str:
        return " ".join(verdict.details(count(gather(gathered, read_from="results"))))

    assert (
        "No adapter yet: 26 questions were put to an arm without one (tuned and tuned+rag), and count as not right; "
        "`tiltyard tune` makes an adapter."
    ) in said(*failing("no_adapter", "tuned", "tuned+rag"))
    assert "answers failed" not in said(*failing("no_adapter", "tuned"))
    assert "13 other answers failed and 0 were missing" in said(
        *failing("no_adapter", "tuned"), *failing("timeout", "tuned")
    )
    assert "13 answers failed and 0 were missing" in said(*failing("timeout", "tuned"))
