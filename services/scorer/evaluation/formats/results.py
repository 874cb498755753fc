"""Tiltyard's own results as JSON lines: `results.jsonl` of a trial, or what was read from the results topic.

Answers are scored anew: the scores in the file, of whatever metric versions, are not used. Where a question's result
was published several times, its highest `result_version` counts. Questions share a cluster where they share a gold
document.
"""

from collections.abc import Iterator
from pathlib import Path

from services.scorer.evaluation.predictions import NO_REFERENCES, Loaded, Prediction, needs_no_references
from shared import lines
from shared.lines import Row, checked
from shared.messages import Result
from shared.scoring.catalogue import HEADLINE, RIGHTLY, WRONGLY

FIELDS = frozenset({"question", "asked_at", "scored_at", "answers", "metric_versions"})
NEEDS = "JSON lines of the results topic: question, asked_at, scored_at, answers, missing, metric_versions ..."
MEASURES = (HEADLINE, RIGHTLY, WRONGLY, "exact_match", "f1", "contains")
SETTING = "generation"


def fits(row: Row) -> int:
    return len(FIELDS) if row.keys() >= FIELDS else 0


def read(file: Path, references: Path | None) -> Loaded:
    """Every arm that a result says was asked is one prediction; one that did not answer in time is missing."""
    needs_no_references("results", file, references)
    results = [(place, checked(place, Result.model_validate, row)) for place, row in lines.rows(file)]
    newest: dict[str, int] = {}
    for _, result in results:
        name = result.question.question_id
        newest[name] = max(result.result_version, newest.get(name, 0))
    current = [
        (place, result) for place, result in results if result.result_version == newest[result.question.question_id]
    ]
    older = len(results) - len(current)
    notes = [f"{file}: {older} results are older versions of others and do not count."] if older else []
    predictions = [prediction for place, result in current for prediction in _predictions(result, place)]
    return Loaded("results", predictions, MEASURES, notes)


def _predictions(result: Result, place: str) -> Iterator[Prediction]:
    left_out = NO_REFERENCES if result.question.references is None else ""
    answers = {arm: scored.answer for arm, scored in result.answers.items()}
    asked = [arm for arm, answer in answers.items() if answer.status != "skipped"]
    for arm in (*asked, *result.missing):
        yield Prediction(result.question, arm, SETTING, answers.get(arm), place, left_out=left_out)
