"""Predictions of several systems in the layout derived from RealTime QA (Kasai et al. 2022): JSON lines.

Multiple choice and generation are settings of their own. A generation row with `scored` false is left out, as in the
published numbers. The published files ask one question twice under the same id; both count, there and here.
"""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from pydantic import BaseModel, model_validator

from services.scorer.evaluation.predictions import (
    UNSCORED,
    Choice,
    Loaded,
    Prediction,
    an_answer,
    needs_no_references,
)
from shared import lines
from shared.lines import Row, checked
from shared.messages import Question

FIELDS = frozenset({"question_id", "system", "setting", "gold_answers"})
NEEDS = (
    "JSON lines with question_id, question, system, setting, gold_answers; then prediction and scored, or "
    "prediction_index and gold_index"
)
MEASURES = ("exact_match", "f1", "contains")


class _Row(BaseModel):
    question_id: str
    question: str = ""
    system: str
    setting: str
    gold_answers: tuple[str, ...]
    prediction: str | None = None
    scored: bool = True
    prediction_index: tuple[str, ...] | None = None
    gold_index: tuple[str, ...] | None = None

    @model_validator(mode="after")
    def _says_something(self) -> "_Row":
        if self.prediction is None and (self.prediction_index is None or self.gold_index is None):
            raise ValueError("needs prediction, or prediction_index and gold_index")
        return self


def fits(row: Row) -> int:
    return len(FIELDS) if row.keys() >= FIELDS else 0


def read(file: Path, references: Path | None) -> Loaded:
    """Every row is one prediction."""
    needs_no_references("realtime_qa", file, references)
    return Loaded("realtime_qa", list(_read(file)), MEASURES, repeats=True)


def _read(path: Path) -> Iterator[Prediction]:
    for place, row in lines.rows(path):
        yield checked(place, partial(_prediction, place=place), row)


def _prediction(fields: Row, place: str) -> Prediction:
    row = _Row.model_validate(fields)
    by_index = row.prediction_index is not None and row.gold_index is not None
    return Prediction(
        Question(question_id=row.question_id, text=row.question or row.question_id, references=row.gold_answers),
        row.system,
        row.setting,
        an_answer(row.question_id, row.system, row.prediction),
        place,
        Choice(frozenset(row.prediction_index or ()), frozenset(row.gold_index or ())) if by_index else None,
        "" if row.scored else UNSCORED,
    )
