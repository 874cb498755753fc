"""Predictions as Tiltyard's own plain JSON lines: one line for each system and question, with its references.

`references` empty: abstaining is right; null: nothing is known, and the question is left out. A line with `gold_index`
is multiple choice. `status` says that a system abstained or failed; then `prediction` may be left out.
"""

from functools import partial
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, model_validator

from services.scorer.evaluation.predictions import (
    NO_REFERENCES,
    Choice,
    Loaded,
    Prediction,
    an_answer,
    needs_no_references,
)
from shared import lines
from shared.lines import Row, checked
from shared.messages import Question

NEEDS = (
    "JSON lines with question_id, system, prediction, references; optional question, choices, slice, document_id, "
    "setting, status (answered, abstained, failed), and prediction_index with gold_index for multiple choice"
)
MEASURES = ("exact_match", "f1", "contains")
Index = int | str


class _Row(BaseModel):
    question_id: str
    system: str
    prediction: str | None = None
    references: tuple[str, ...] | None = None
    question: str = ""
    choices: tuple[str, ...] = ()
    slice: str = "unsliced"
    document_id: str | None = None
    setting: str = ""
    status: Literal["answered", "abstained", "failed"] = "answered"
    prediction_index: Index | tuple[Index, ...] | None = None
    gold_index: Index | tuple[Index, ...] | None = None

    @model_validator(mode="after")
    def _is_whole(self) -> "_Row":
        if self.gold_index is None and "references" not in self.model_fields_set:
            raise ValueError("references: no such field; [] says that abstaining is right, null that none is known")
        answer = "prediction" if self.gold_index is None else "prediction_index"
        if self.status == "answered" and getattr(self, answer) is None:
            raise ValueError(f'{answer}: none; where there was no answer, say "status": "abstained" or "failed"')
        return self


def fits(row: Row) -> int:
    wanted = {"question_id", "system"}
    return len(wanted) + 1 if row.keys() >= wanted and {"references", "gold_index"} & row.keys() else 0


def read(file: Path, references: Path | None) -> Loaded:
    """Every line is one prediction; fields that are not known are named in a note."""
    needs_no_references("plain", file, references)
    predictions, unread = list[Prediction](), set[str]()
    for place, row in lines.rows(file):
        predictions.append(checked(place, partial(_prediction, place=place), row))
        unread |= row.keys() - _Row.model_fields.keys()
    notes = [f"{file}: these fields are not read: {', '.join(sorted(unread))}."] if unread else []
    return Loaded("plain", predictions, MEASURES, notes)


def _prediction(fields: Row, place: str) -> Prediction:
    row = _Row.model_validate(fields)
    question = Question(
        question_id=row.question_id,
        text=row.question or row.question_id,
        choices=row.choices,
        references=row.references,
        slice=row.slice,
        gold_document_ids=(row.document_id,) if row.document_id else (),
    )
    by_index = row.gold_index is not None
    return Prediction(
        question,
        row.system,
        row.setting or ("multiple_choice" if by_index else "generation"),
        an_answer(row.question_id, row.system, row.prediction, status=row.status),
        place,
        Choice(_indexes(row.prediction_index), _indexes(row.gold_index)) if by_index else None,
        NO_REFERENCES if row.references is None and not by_index else "",
    )


def _indexes(value: Index | tuple[Index, ...] | None) -> frozenset[str]:
    values = value if isinstance(value, tuple) else () if value is None else (value,)
    return frozenset(map(str, values))
