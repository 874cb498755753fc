"""The learning curve of a decision as a file: one point for each training, on a share of the data or on all of it."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from services.console.deciding.curve import FROM_MEMORY, Curve
from services.console.demo.kept_runs import Run
from shared import lines
from shared.lab.deciding.learning_curve import FILE, LearningCurve, Point
from shared.lab.report.scores import clusters_of, interval_of
from shared.messages import Result, TrainingPair
from shared.scoring.catalogue import HEADLINE


def write(curve: Curve, whole: Mapping[str, Run], folder: Path) -> None:
    """Beside the contest's results; `whole`: runs of trainings on everything. Without small trainings no file."""
    file, small = folder / FILE, curve.runs()
    file.unlink(missing_ok=True)
    taught = {share: lines.read_all(curve.pairs_of(share), TrainingPair) for share in small}
    everything = lines.read_all(curve.wire.pairs_file, TrainingPair)
    points = [
        *(point for share, run in small.items() for point in _points(curve, run, taught[share])),
        *(point for run in whole.values() for point in _points(curve, run, everything)),
    ]
    if small and points:
        file.write_text(LearningCurve(points=tuple(points)).model_dump_json(indent=2) + "\n", encoding="utf-8")


def _points(curve: Curve, run: Run, taught: Sequence[TrainingPair]) -> Iterator[Point]:
    """The point of one training; none where nothing that it was taught was asked from memory."""
    about = {question.question_id for question in curve.questions}
    answered = [result for result in run.results if result.question.question_id in about]
    scores = {result.question.question_id: _right(result) for result in answered if FROM_MEMORY in result.answers}
    if not scores:
        return
    share = interval_of(scores, clusters_of(answered))
    mean = sum(scores.values()) / len(scores)
    yield Point(
        pairs=len(taught),
        documents=len({pair.document_id for pair in taught}),
        tokens=run.tuning.tokens,
        right=mean,
        n=len(scores),
        low=min(mean, max(0.0, share.low)),
        high=max(mean, min(1.0, share.high)),
        adapter=run.tuning.name,
    )


def _right(result: Result) -> float:
    return float(result.answers[FROM_MEMORY].scores.get(HEADLINE, 0.0))
