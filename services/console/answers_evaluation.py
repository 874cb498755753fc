"""Evaluating answers as a job of the scorer: it reads files of predictions, scores them and compares the systems."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from services.console import jobs, progress
from shared.jobs.events import untyped

Report = dict[str, Any]
JOB = untyped("services.scorer.evaluation")


def measure(
    predictions: Sequence[Path],
    references: Path | None = None,
    *,
    format_name: str = "",
    metrics: Sequence[str] = (),
    baseline: str = "",
) -> Report:
    """The report on the predictions; raises FileNotFoundError, and JobError that says why there is none."""
    for file in (*predictions, *([references] if references else [])):
        if not file.is_file():
            raise FileNotFoundError(f"no file {file}")
    arguments = [
        *map(str, predictions),
        *(["--references", str(references)] if references else []),
        *["--format", format_name, "--baseline", baseline],
        *[word for name in metrics for word in ("--metric", name)],
    ]
    report: Report = {}
    with progress.shown("predictions scored") as advance:
        for said in jobs.run(JOB, arguments, os.environ):
            if said["event"] == "scored":
                advance(said["done"], said["total"])
            elif said["event"] == "done":
                report = said["report"]
    return report
