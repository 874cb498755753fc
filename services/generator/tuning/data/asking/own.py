"""Somebody's own test questions, in the place of made ones: read, checked, and given the slices that they lack."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from shared import lines, normalise
from shared.messages import DocumentPublished, Question
from shared.source_files import DataError

Own = Mapping[str, Question]
"""Place in the file -> question; one of slice `UNSLICED` is given another."""
UNSLICED = str(Question.model_fields["slice"].default)
ASKED = "asked"
"""The slice of a question that names no document."""


def read(path: Path) -> Own:
    """The file's questions. Raises DataError that names the line: no question, no references, or asked twice."""
    questions: dict[str, Question] = {}
    first: dict[tuple[str, str], str] = {}
    for place, row in lines.rows(path):
        question = lines.checked(place, Question.model_validate, _named(row, len(questions) + 1))
        if question.references is None:
            raise DataError(
                f"{place}: no `references`: list the accepted answers, or write [] where nothing answers it"
            )
        for kind, said in (("question", normalise.words(question.text)), ("id", question.question_id)):
            if (before := first.setdefault((kind, said), place)) != place:
                raise DataError(f"{place}: the same {kind} as in {before}: take one of the two out")
        questions[place] = question
    if not questions:
        raise DataError(f"{path} has no question: write one JSON object with `text` and `references` on each line")
    return questions


def _named(row: lines.Row, number: int) -> lines.Row:
    """`id` is another word for `question_id`, and a question without either is numbered."""
    named = {"question_id": f"own-{number:05}"} | row
    if "id" in named:
        named["question_id"] = named.pop("id")
    return named


def sliced(own: Own, edition1: Sequence[DocumentPublished], edition2: Sequence[DocumentPublished]) -> list[Question]:
    """Each with a slice. Raises DataError that names the line for gold documents that are in no edition."""
    state = _states(edition1, edition2)
    for place, question in own.items():
        if unknown := [name for name in question.gold_document_ids if name not in state]:
            raise DataError(
                f"{place}: gold_document_ids names {', '.join(map(repr, unknown[:3]))}, which no document has: "
                "correct it, or leave it out"
            )
    return [
        question if question.slice != UNSLICED else question.model_copy(update={"slice": _slice(question, state)})
        for question in own.values()
    ]


def _slice(question: Question, state: Mapping[str, str]) -> str:
    of_gold = {state[name] for name in question.gold_document_ids}
    if not of_gold:
        return ASKED if question.references else "unanswerable"
    return next(name for name in ("retracted", "corrected", "new", "learned") if name in of_gold)


def _states(edition1: Sequence[DocumentPublished], edition2: Sequence[DocumentPublished]) -> Mapping[str, str]:
    """Document -> how it stands after both editions: as it was learned, new, corrected or retracted."""
    before = {document.document_id: document for document in edition1}
    later = {document.document_id: document for document in edition2}
    return {name: _state(before.get(name), later.get(name)) for name in before | later}


def _state(before: DocumentPublished | None, later: DocumentPublished | None) -> str:
    newest = later or before
    if newest is not None and newest.op == "retract":
        return "retracted"
    if later is None:
        return "learned"
    if before is None or before.op == "retract":
        return "new"
    return "learned" if (before.title, before.text) == (later.title, later.text) else "corrected"
