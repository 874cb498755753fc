"""Whether questions that rules make are told apart from written ones, and laid beside them."""

from pathlib import Path

import pytest

from bench import made_questions
from shared.messages import Result
from tests.results import a_trial


def as_made(result: Result) -> Result:
    """The same result of a question that rules made."""
    question = result.question.model_copy(update={"question_id": f"made-{result.question.question_id}"})
    return result.model_copy(update={"question": question})


def test_the_same_answers_to_both_kinds_are_not_apart() -> None:
    results, _ = a_trial()
    both = list(made_questions.side_by_side(results, [as_made(result) for result in results]))
    assert len(both) == 6
    assert all(abs(pair.gap) < 1e-9 and not pair.contradicts for pair in both)


def test_made_questions_that_turn_an_effect_are_seen() -> None:
    written, _ = a_trial()
    turned = [
        result.model_copy(
            update={
                "answers": result.answers
                | {"base": result.answers["base+rag"].model_copy(update={"answer": result.answers["base"].answer})}
                | {"base+rag": result.answers["base"].model_copy(update={"answer": result.answers["base+rag"].answer})}
            }
        )
        for result in written
        if {"base", "base+rag"} <= result.answers.keys()
    ]
    both = {
        (pair.written.a, pair.written.b): pair
        for pair in made_questions.side_by_side(written, [as_made(result) for result in turned])
    }
    pair = both["base", "base+rag"]
    assert pair.contradicts
    assert pair.limits[0] > made_questions.APART


def test_a_folder_with_both_kinds_is_reported(tmp_path: Path) -> None:
    results, times = a_trial()
    rows = [*results, *map(as_made, results)]
    (tmp_path / "results.jsonl").write_text("".join(f"{row.model_dump_json()}\n" for row in rows))
    (tmp_path / "documents.jsonl").write_text("".join(f"{of.model_dump_json()}\n" for of in times.by_document.values()))
    (tmp_path / "summary.json").write_text('{"freshness_ms": {"p50": 90.0}, "tunings": [{"seconds": 600.0}]}')

    said = list(made_questions.report(tmp_path))
    assert said[0].endswith("171 written questions, 171 made ones")
    assert said[-3] == "  to use: written tuned+rag, made tuned+rag"
    assert said[-2:] == ["  decided for another arm: 0 of 6", "  more than 10 points apart: 0 of 6"]


@pytest.mark.long
def test_made_questions_stand_beside_the_written_ones_of_the_sample(tmp_path: Path) -> None:
    made_questions.put_together(Path("services/console/newswire"), tmp_path)
    questions = (tmp_path / "questions.jsonl").read_text().splitlines()
    made = [line for line in questions if '"question_id":"made-' in line]
    assert len(questions) - len(made) == 171
    assert made
