"""Answers that can be carried by whatever holds them: cut where they are too long, the least needed left out."""

from typing import Any

import pytest
from structlog.testing import capture_logs

from services.generator.fitting import LONGEST, fitted
from shared.messages.answers import MOST_READ, MOST_SAID
from shared.messages.schema import bytes_of
from tests.builders import an_answer


def fields(**changes: Any) -> dict[str, Any]:
    return an_answer().model_dump() | changes


def test_a_usual_answer_is_left_as_it_is() -> None:
    assert fitted(**fields()) == an_answer()


@pytest.mark.parametrize("field", ["text", "withheld"])
def test_what_is_said_without_end_is_cut_and_says_so(field: str) -> None:
    answer = fitted(**fields(**{field: "the pier " * 100_000}))

    assert len(getattr(answer, field)) == LONGEST
    assert answer.cut


def test_a_failure_is_told_in_a_line() -> None:
    failure = fitted(**fields(status="failed", failure="the server said\n" * 9_999)).failure

    assert failure is not None
    assert len(failure) <= 1_000


@pytest.mark.parametrize(
    ("large", "left_out"),
    [
        ({"evidence_texts": ("\x01" * 40_000,)}, "evidence_texts"),
        (
            {"choice_log_probabilities": {"\x01" * 4_000 + name: -1.0 for name in "abcdefgh"}},
            "choice_log_probabilities",
        ),
        ({"citations": ("\x01" * 512,) * 90}, "citations"),
    ],
)
def test_what_is_least_needed_is_left_out_of_an_answer_that_is_too_large(large: dict[str, Any], left_out: str) -> None:
    with capture_logs() as logged:
        answer = fitted(**fields(**large, evidence_titles=("t",)))

    assert not getattr(answer, left_out)
    assert answer.text == "The old harbour"
    assert left_out in [line["field"] for line in logged]
    assert bytes_of(answer, exclude={"evidence_texts"}) <= MOST_SAID
    assert bytes_of(answer, include={"evidence_texts"}) <= MOST_READ
