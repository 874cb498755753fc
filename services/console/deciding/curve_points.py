"""The learning curve of a decision as a file: one point for each training, on a share of the data or on all of it."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from services.console.deciding.curve import Curve, about_learned
from services.console.demo.kept_runs import Run
from shared import lines
from shared.lab.deciding.learning_curve import FILE, LearningCurve, Point
from shared.lab.report.scores import clusters_of, interval_of
from shared.messages import Question, TrainingPair
from shared.scoring.catalogue import HEADLINE


def write(curve: Curve, whole: Mapping[str, Run], folder: Path) -> None:
    """Beside the contest's results; `whole`: runs of trainings on everything. Without small trainings no file."""
    file, small = folder / FILE, curve.runs()
    file.unlink(missing_ok=True)
    everything = lines.read_all(curve.wire.pairs_file, TrainingPair)
    about = about_learned(curve.wire, curve.questions)
    points = [
        *(
            point
            for share, run in small.items()
            for point in _points(curve, run, curve.asked_of(share), lines.read_all(curve.pairs_of(share), TrainingPair))
        ),
        *(point for run in whole.values() for point in _points(curve, run, about, everything)),
    ]
    if small and points:
        file.write_text(LearningCurve(points=tuple(points)).model_dump_json(indent=2) + "\n", encoding="utf-8")


def _points(curve: Curve, run: Run, about: Sequence[Question], taught: Sequence[TrainingPair]) -> Iterator[Point]:
    """The point of one training; none where nothing that it was taught was asked from memory."""
    arm = curve.arm.name if curve.arm else ""
    wanted = {question.question_id for question in about}
    answered = [result for result in run.results if result.question.question_id in wanted and arm in result.answers]
    if not answered:
        return
    scores = {result.question.question_id: float(result.answers[arm].scores.get(HEADLINE, 0.0)) for result in answered}
    share, mean = interval_of(scores, clusters_of(answered)), sum(scores.values()) / len(scores)
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
