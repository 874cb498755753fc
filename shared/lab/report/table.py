"""The table of arms: what each scores on each slice, with intervals."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shared.lab.report.rule import Rule
from shared.lab.report.scores import Scores, within
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
    rule: Rule,
) -> list[Cell]:
    """Slice by slice, every arm; each number over the questions that the metric applies to."""
    return [
        cell for name, members in slices.items() for cell in _row(name, scores, arms=arms, members=members, rule=rule)
    ]


def _row(
    name: str,
    scores: Mapping[str, Scores],
    *,
    arms: Sequence[str],
    members: set[str],
    rule: Rule,
) -> list[Cell]:
    columns = {
        (metric, arm): column
        for metric in catalogue.shown()
        for arm in arms
        if (column := within(scores.get(metric, {}).get(arm, {}), members))
    }
    intervals = rule.intervals(columns)
    return [
        Cell(
            slice=name,
            arm=arm,
            asked=intervals["missing", arm].n if ("missing", arm) in intervals else 0,
            scores={metric: intervals[metric, arm] for metric in catalogue.shown() if (metric, arm) in intervals},
        )
        for arm in arms
    ]
