"""The table of arms: what each scores on each slice, with intervals."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shared.lab.report.scores import Scores, intervals_of, within
from shared.scoring import catalogue
from shared.statistics.intervals import Interval


@dataclass(frozen=True)
class Cell:
    """One arm on one slice. `asked`: its questions; a metric that applied to none of them is absent."""

    slice: str
    arm: str
    asked: int
    scores: Mapping[str, Interval]


def cells(
    scores: Mapping[str, Scores],
    *,
    arms: Sequence[str],
    slices: Mapping[str, set[str]],
    clusters: Mapping[str, str],
) -> list[Cell]:
    """Slice by slice, every arm; each number over the questions that the metric applies to."""
    return [
        cell
        for name, members in slices.items()
        for cell in _row(name, scores, arms=arms, members=members, clusters=clusters)
    ]


def _row(
    name: str,
    scores: Mapping[str, Scores],
    *,
    arms: Sequence[str],
    members: set[str],
    clusters: Mapping[str, str],
) -> list[Cell]:
    columns = {
        (arm, metric): column
        for metric in catalogue.shown()
        for arm in arms
        if (column := within(scores.get(metric, {}).get(arm, {}), members))
    }
    intervals = intervals_of(columns, clusters)
    return [
        Cell(
            slice=name,
            arm=arm,
            asked=intervals[arm, "missing"].n if (arm, "missing") in intervals else 0,
            scores={metric: intervals[arm, metric] for metric in catalogue.shown() if (arm, metric) in intervals},
        )
        for arm in arms
    ]
