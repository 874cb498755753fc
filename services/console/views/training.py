"""A run over shares of the training set as a table for people."""

from collections.abc import Iterator

from services.console import output
from shared.lab.suites.learning import TrainingReport
from shared.statistics.intervals import Interval

HEADS = ("share", "documents", "pairs", "arm", "n", "mean (95 %)")


def show(report: TrainingReport) -> None:
    """The table, then what more examples changed."""
    output.table("", HEADS, _rows(report), right=("share", "documents", "pairs", "n"))
    for compared in report.comparisons:
        output.say(compared.sentence)


def _rows(report: TrainingReport) -> Iterator[list[str]]:
    for taught in report.shares:
        for arm, interval in taught.arms.items():
            counts = [f"{taught.share:.0%}", str(taught.documents), str(taught.pairs)]
            yield [*counts, arm, str(interval.n), _mean(interval)]


def _mean(interval: Interval) -> str:
    return "-" if interval.mean is None else f"{interval.mean:.2f} ({interval.low:.2f}-{interval.high:.2f})"
