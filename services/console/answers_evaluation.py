"""Evaluating answers as a job of the scorer: it reads files of predictions, scores them and compares the systems."""

import os
from collections.abc import Sequence
from pathlib import Path

from services.console import jobs, progress
from shared.jobs.answers_evaluation import JOB, AnswersEvaluated, AnswersReport, PredictionsScored


def measure(
    predictions: Sequence[Path],
    references: Path | None = None,
    *,
    format_name: str = "",
    metrics: Sequence[str] = (),
    baseline: str = "",
    margin: float | None = None,
) -> AnswersReport:
    """The report on the predictions; `margin` is a share of 1.

    Raises FileNotFoundError, and JobError that says why there is none.
    """
    for file in (*predictions, *([references] if references else [])):
        if not file.is_file():
            raise FileNotFoundError(f"no file {file}")
    arguments = [
        *map(str, predictions),
        *(["--references", str(references)] if references else []),
        *["--format", format_name, "--baseline", baseline],
        *([] if margin is None else ["--margin", str(margin)]),
        *[word for name in metrics for word in ("--metric", name)],
    ]
    evaluated: AnswersEvaluated | None = None
    with progress.shown("predictions scored") as advance:
        for event in jobs.run(JOB, arguments, os.environ):
            if isinstance(event, PredictionsScored):
                advance(event.done, event.total)
            elif isinstance(event, AnswersEvaluated):
                evaluated = event
    return jobs.result_of(JOB.module, evaluated).report
