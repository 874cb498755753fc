"""What the folder of a trial holds for a decision: results, what updates took, documents' times, and the review."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from shared.lab.deciding import learning_curve
from shared.lab.deciding.learning_curve import LearningCurve
from shared.lab.deciding.of_results import UpdateCosts
from shared.lab.reviewing.counting import Review
from shared.lab.summary import Percentiles
from shared.messages import GateResult
from shared.records import reason_of

DOCUMENT_S = 0.1
"""Where nothing says how long a document takes until it can be found (`python -m bench.freshness`: 95 ms)."""
RESULTS, SUMMARY, DOCUMENTS = "results.jsonl", "summary.json", "documents.jsonl"


class _Training(BaseModel):
    model_config = ConfigDict(extra="ignore")
    seconds: float
    gates: tuple[GateResult, ...] = ()


class _Measured(BaseModel):
    """Of a `summary.json` what a decision needs."""

    model_config = ConfigDict(extra="ignore")
    freshness_ms: Percentiles
    tunings: tuple[_Training, ...] = ()
    review: Review | None = None
    taught_share: float | None = Field(default=None, ge=0, le=1)


@dataclass(frozen=True)
class Found:
    """Files of results, each a run; what updates took; a file with the documents' times, where there is one.

    `review`: what a person who read some of the questions found; of several trials the most careful of all.
    `curve`: how much was right after trainings of several sizes, where somebody measured that. `gates`: of each
    training. `taught_share`: of what learned news states the share that pairs teach, where all trials say it.
    """

    results: Sequence[Path]
    costs: UpdateCosts
    times: Path | None
    review: Review | None = None
    curve: LearningCurve | None = None
    gates: Sequence[Sequence[GateResult]] = ()
    taught_share: float | None = None


def found(sources: Sequence[Path]) -> Found:
    """In folders of trials and among files of results.

    Raises FileNotFoundError where a folder holds no results, ValueError where its summary or curve is none.
    """
    results, measured, times = list[Path](), list[_Measured](), None
    for source in sources:
        inside = sorted(source.glob(f"**/{RESULTS}")) if source.is_dir() else [source]
        if not inside:
            raise FileNotFoundError(f"{source} holds no {RESULTS}: name the folder of a trial, or a file of results")
        results += inside
        if (summary := source / SUMMARY).is_file():
            measured.append(_read(summary))
        if (documents := source / DOCUMENTS).is_file():
            times = documents
    waits = [trial.freshness_ms.p50 for trial in measured if trial.freshness_ms.p50 is not None]
    trained = [training.seconds for trial in measured for training in trial.tunings]
    costs = UpdateCosts(fmean(waits) / 1000 if waits else DOCUMENT_S, fmean(trained) if trained else None)
    reviews = [trial.review for trial in measured]
    review = _most_careful(reviews) if len(reviews) == len(sources) else None
    gates = [training.gates for trial in measured for training in trial.tunings]
    shares = [trial.taught_share for trial in measured if trial.taught_share is not None]
    share = fmean(shares) if shares and len(shares) == len(sources) else None
    return Found(results, costs, times, review, _curve(sources), gates, share)


def _most_careful(reviews: Sequence[Review | None]) -> Review | None:
    """None where the questions of one trial were not reviewed."""
    known = [review for review in reviews if review is not None]
    return max(known, key=lambda review: review.bad) if known and len(known) == len(reviews) else None


def _curve(sources: Sequence[Path]) -> LearningCurve | None:
    """Of all folders that have one together."""
    files = [file for source in sources if (file := source / learning_curve.FILE).is_file()]
    points = [point for file in files for point in learning_curve.read(file).points]
    return LearningCurve(points=tuple(points)) if points else None


def _read(file: Path) -> _Measured:
    try:
        return _Measured.model_validate_json(file.read_bytes())
    except ValidationError as error:
        raise ValueError(f"{file} is no summary of a trial: {reason_of(error)}") from error
