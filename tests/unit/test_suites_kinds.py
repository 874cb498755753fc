"""Suites of summaries, conversations and choices: what is checked, what is measured, and what is said of it."""

from pathlib import Path
from typing import Any

import pytest

from shared.certainty import probability
from shared.lab.report.certainty import calibrated
from shared.lab.report.material import gather
from shared.lab.report.numbers import count
from shared.lab.report.scores import clusters_of
from shared.lab.suites import checking, folder, measuring
from shared.lab.suites.card import Kind
from shared.measures import choice_likelihood, contains, correct, exact_match, rouge_l
from shared.messages import Result
from shared.scoring import catalogue
from shared.settings import EncoderSettings
from tests.builders import a_question, an_answer
from tests.results import a_result, a_scored
from tests.unit.test_suites import a_card, a_suite

ENCODER = EncoderSettings(variant="hashing", dimensions=32)
TURNS = [{"role": "asker", "text": "Is there a fair?"}]
TALK = {"kind": "conversation", "history": TURNS}
CHOICES = {"choices": ("Tavrick Fields", "the old harbour"), "references": ("the old harbour",)}


@pytest.mark.parametrize(
    ("kind", "questions", "said"),
    [
        ("summarisation", [{}], "kind: question_answering, but the card says summarisation"),
        ("conversation", [TALK, {"question_id": "q-2"}], "kind: question_answering, but the card says conversation"),
        ("conversation", [{"kind": "conversation"}], "a conversation suite needs questions with a history"),
    ],
)
def test_a_suite_holds_questions_of_its_kind(
    tmp_path: Path, kind: str, questions: list[dict[str, Any]], said: str
) -> None:
    folder.write(tmp_path, a_suite(card=a_card(kind=kind), questions=[a_question(**fields) for fields in questions]))

    assert checking.errors(folder.read(tmp_path))[-1].endswith(said)


def test_a_history_is_written_and_read(tmp_path: Path) -> None:
    asked = a_question(kind="conversation", history=TURNS)
    folder.write(tmp_path, a_suite(card=a_card(kind="conversation"), questions=[asked]))

    assert checking.load(tmp_path).questions == [asked]


def test_measures_of_short_answers_do_not_apply_to_summaries_and_rouge_does() -> None:
    summary = a_question(kind="summarisation", references=("The fair moved to the old harbour in March.",))
    answer = an_answer(text="The fair moved to the harbour.")

    assert [measure.score(summary, answer) for measure in (contains, correct, exact_match)] == [None, None, None]
    assert 0.5 < (rouge_l.build(ENCODER).score(summary, answer) or 0) < 1
    assert correct.score(summary.model_copy(update={"references": ()}), an_answer(status="abstained")) == 1.0


@pytest.mark.parametrize(
    ("weighed", "expected"),
    [
        ({"Tavrick Fields": -2.0, "the old harbour": -1.0}, 1.0),
        ({"Tavrick Fields": -1.0, "the old harbour": -2.0}, 0.0),
        ({"Tavrick Fields": -1.0, "the old harbour": -1.0}, 0.0),
        ({}, None),
    ],
)
def test_the_likeliest_choice_is_right_or_not(weighed: dict[str, float], expected: float | None) -> None:
    answer = an_answer(text="Tavrick Fields", choice_log_probabilities=weighed)

    assert catalogue.load(["choice_likelihood"], ENCODER)["choice_likelihood"].score(a_question(**CHOICES), answer) == (
        expected
    )


def test_without_a_right_choice_or_an_answer_likelihood_praises_nothing() -> None:
    weighed = {"Tavrick Fields": -2.0, "the old harbour": -1.0}

    assert choice_likelihood.score(a_question(), an_answer(choice_log_probabilities=weighed)) is None
    unsaid = an_answer(status="abstained", choice_log_probabilities=weighed)
    assert choice_likelihood.score(a_question(**CHOICES), unsaid) == 0.0


def test_the_probability_of_an_answer_is_by_token_and_of_a_choice_among_the_choices() -> None:
    assert probability(an_answer(log_probability=-2.0794415, answer_tokens=3)) == pytest.approx(0.5)
    assert probability(an_answer(choice_log_probabilities={"a": -1.0, "b": -1.0, "c": -1.0})) == pytest.approx(1 / 3)
    assert probability(an_answer(choice_log_probabilities={"a": -900.0, "b": -901.0})) == pytest.approx(0.7310586)
    assert probability(an_answer()) is None
    assert probability(an_answer(status="abstained", log_probability=-1.0, answer_tokens=3)) is None


def sure_results() -> list[Result]:
    """Twenty questions; base is always sure and half right, base+rag says nothing of its certainty."""
    return [
        a_result(
            a_scored("base", correct=float(place % 2), log_probability=-0.1, answer_tokens=10, scores={"rouge_l": 0.2}),
            a_scored("base+rag", correct=1.0, scores={"rouge_l": 0.6}, prompt_tokens=40, completion_tokens=4),
            question_id=f"q-{place}",
        )
        for place in range(20)
    ]


def test_an_arm_that_is_always_sure_and_half_right_is_badly_calibrated() -> None:
    results = sure_results()
    calibration = calibrated(results, "base", clusters_of(results))

    assert calibration.n == 20
    assert calibration.ece.mean == pytest.approx(0.49, abs=0.01)
    assert calibration.by_chance is not None
    assert calibration.by_chance < 0.3
    assert calibrated(results, "base+rag", clusters_of(results)).n == 0


def test_summaries_are_compared_by_rouge_and_everything_is_said() -> None:
    results, arms = sure_results(), ("base", "base+rag")
    numbers = count(gather(results, read_from="a test"))
    measured = measuring.measured(Kind.summarisation, numbers, results, arms)

    (comparison,) = measured.compared
    assert (comparison.metric, comparison.n, comparison.verdict) == ("rouge_l", 20, "b")
    assert measured.measures["base+rag"]["rouge_l"].mean == pytest.approx(0.6)
    assert list(measured.calibration) == ["base"]
    assert next(iter(measuring.rows(measured)))[:3] == ["base", "rouge_l", "20"]
    said = " ".join(measuring.sentences(measured))
    assert "base was sure of 20 answers" in said
    assert "base+rag: 40 tokens read and 4.0 written" in said


def test_question_answering_is_compared_by_correct_alone() -> None:
    results = sure_results()

    assert measuring.compared(Kind.question_answering, results, ("base", "base+rag")) == []
