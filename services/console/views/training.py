"""A run over shares of the training set as a table for people."""

from collections.abc import Iterator

from services.console import output
from shared.lab.suites.learning import TrainingReport
from shared.statistics.intervals import Interval
from shared.statistics.wording import whole_percent

HEADS = ("share", "arm", "documents", "pairs", "n", "mean (95 %)")


def show(report: TrainingReport) -> None:
    """The table, then what more examples changed."""
    output.table("", HEADS, _rows(report), right=HEADS[2:], names=2)
    for compared in report.comparisons:
        output.say(compared.sentence)


def _rows(report: TrainingReport) -> Iterator[list[str]]:
    for taught in report.shares:
        for arm, interval in taught.arms.items():
            counts = [str(taught.documents), str(taught.pairs), str(interval.n)]
            yield [whole_percent(taught.share), arm, *counts, _mean(interval)]


def _mean(interval: Interval) -> str:
    return "-" if interval.mean is None else f"{interval.mean:.2f} ({interval.low:.2f}-{interval.high:.2f})"
