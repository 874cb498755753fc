"""One result as a person reads it."""

import pytest

from services.console.views import results as results_view
from tests.results import a_result, a_scored


def shown(capsys: pytest.CaptureFixture[str], *answers: object, **question: object) -> str:
    results_view.show(a_result(*answers, **question))  # type: ignore[arg-type]
    return " ".join(capsys.readouterr().out.split())


def test_an_answer_that_ended_at_the_token_limit_says_that_it_was_cut(capsys: pytest.CaptureFixture[str]) -> None:
    said = shown(capsys, a_scored("base", text="It moved to the", cut=True), a_scored("tuned", text="the harbour"))

    assert "It moved to the [cut]" in said
    assert "the harbour [cut]" not in said
    assert "[cut] base reached the longest answer before the end; TILTYARD_GENERATOR_MAX_NEW_TOKENS allows more" in said


def test_a_summary_that_was_cut_names_the_setting_of_summaries(capsys: pytest.CaptureFixture[str]) -> None:
    said = shown(capsys, a_scored("base", text="It moved", cut=True), kind="summarisation")

    assert "TILTYARD_GENERATOR_SUMMARY_NEW_TOKENS" in said


def test_a_whole_answer_and_an_abstention_say_nothing_of_it(capsys: pytest.CaptureFixture[str]) -> None:
    said = shown(capsys, a_scored("base"), a_scored("tuned", status="abstained", text="I do not know.", cut=True))

    assert "cut" not in said


def test_a_passage_that_not_everyone_may_be_shown_is_named_by_its_readers(capsys: pytest.CaptureFixture[str]) -> None:
    scored = a_scored("base+rag", evidence=("m-1:1:0",), evidence_titles=("",), evidence_labels=(("board", "staff"),))

    assert "[1] m-1:1:0 (for board, staff)" in shown(capsys, scored)
