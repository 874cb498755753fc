"""How answers are read: own cases of every kind, those from the field where they are at hand, and what is gamed."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from services.console.demo import newswire
from shared.abstaining import abstains
from shared.messages import Question
from shared.scoring.choices import Choices
from shared.scoring.choosing import chosen
from shared.scoring.reading import read
from tests.builders import a_question, an_answer
from tests.cases import every_case
from tests.field import FOLDER

OWN = Path(__file__).parents[1] / "readings"
WIRE = newswire.load(Path(newswire.__file__).parents[1] / "newswire")
ANSWERABLE = [question for question in WIRE.questions if question.references]
ENOUGH = 0.95


def rows(file: Path) -> Iterator[dict[str, Any]]:
    return map(json.loads, file.read_text(encoding="utf-8").splitlines())


def right(question: Question, text: str) -> bool:
    reading = read(question, an_answer(text=text))
    return reading is not None and reading.value == 1.0


def verdict_on_answer(row: dict[str, Any]) -> bool:
    question = a_question(text=row.get("question", "?"), references=tuple(row["references"]))
    return right(question, row["answer"]) == bool(row["verdict"])


def verdict_on_choice(row: dict[str, Any]) -> bool:
    wanted, said = Choices(row["choices"]).named(row["reference"]), chosen(row["choices"], row["answer"])
    return (len(said) == 1 and said == wanted) == bool(row["verdict"])


def verdict_on_abstaining(row: dict[str, Any]) -> bool:
    return abstains(row["answer"]) == bool(row["abstains"])


KINDS = [("answers", verdict_on_answer), ("choices", verdict_on_choice), ("abstaining", verdict_on_abstaining)]


@pytest.mark.parametrize(("name", "agrees"), KINDS)
def test_own_cases_are_read_as_a_careful_person_reads_them(name: str, agrees: Callable[[dict[str, Any]], bool]) -> None:
    with every_case() as case:
        for row in rows(OWN / f"{name}.jsonl"):
            with case(row["answer"], str(row.get("references", row.get("choices", "")))):
                assert agrees(row)


@pytest.mark.parametrize(("name", "agrees"), KINDS)
def test_nearly_all_cases_from_the_field_are_read_so(name: str, agrees: Callable[[dict[str, Any]], bool]) -> None:
    file = FOLDER.parent / f"{name}.jsonl"
    if not file.is_file():
        pytest.skip(f"no {file}: set TILTYARD_CASES to the folder of the cases")
    verdicts = [agrees(row) for row in rows(file)]
    assert sum(verdicts) >= ENOUGH * len(verdicts)


def among_twenty(question: Question) -> str:
    others = [
        other.references[0] for other in ANSWERABLE if other.references and other.references != question.references
    ]
    return ", ".join((*others[:12], (question.references or ("",))[0], *others[12:19]))


def passage(question: Question) -> str:
    documents = {document.document_id: document for edition in (WIRE.edition1, WIRE.edition2) for document in edition}
    return " ".join(documents[name].text for name in question.gold_document_ids if name in documents)


ALL_ACCEPTED = ", ".join(reference for question in ANSWERABLE for reference in question.references or ())
GAMED: dict[str, Callable[[Question], str]] = {
    "denial": lambda question: f"It is not {(question.references or ('',))[0]}.",
    "one among twenty": among_twenty,
    "pasted passage": passage,
    "every accepted answer": lambda _: ALL_ACCEPTED[:4_000],
    "another one, not this": lambda question: f"Somebody Else, not {(question.references or ('',))[0]}",
}


@pytest.mark.parametrize("name", GAMED)
def test_no_text_made_to_score_is_right_more_than_once_in_twenty(name: str) -> None:
    assert sum(right(question, GAMED[name](question)) for question in ANSWERABLE) <= 0.05 * len(ANSWERABLE)


def test_every_accepted_answer_is_right_and_in_a_sentence_too() -> None:
    with every_case() as case:
        for question in ANSWERABLE:
            for reference in question.references or ():
                with case(question.question_id, reference):
                    assert right(question, reference)
                    assert right(question, f"It is {reference}.")


def test_a_reading_says_its_rule_and_whether_it_is_doubtful() -> None:
    sure = read(a_question(references=("Rossi",)), an_answer(text="Rossi"))
    doubtful = read(a_question(references=("Rossi",)), an_answer(text="Perhaps it was Rossi."))

    assert sure is not None
    assert doubtful is not None
    assert (sure.rule, sure.doubtful) == ("equal", False)
    assert (doubtful.rule, doubtful.doubtful) == ("name, hedged", True)


def test_an_unanswerable_question_and_a_summary_have_no_right_answer() -> None:
    assert read(a_question(references=()), an_answer(text="Rossi")) is None
    assert read(a_question(references=("Rossi",), kind="summarisation"), an_answer(text="Rossi")) is None
