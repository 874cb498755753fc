"""The same questions in several runs, such as trainings with different seeds: how far apart the runs lie.

Comparisons with a trained arm are held against both questions and runs (`shared/statistics/errors.py`). The limits here
are over runs alone, the questions being what they are: Student's t over the runs' means.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, stdev

import numpy as np

from shared.contests.parts import Square
from shared.lab.report.design import INTERACTION, crossed, simple
from shared.lab.report.scores import Scores

Column = Mapping[str, float]


@dataclass(frozen=True)
class Spread:
    """Of an arm's accuracy or of an effect on it: one mean for each run, in the order of the runs.

    `low` and `high`: 95 % limits of the mean over runs; None with one run. Where the runs do not differ at all, as
    greedy answers of an untrained arm do not, both are the mean itself: there is nothing that a seed changes.
    """

    what: str
    by_run: tuple[float, ...]
    mean: float
    deviation: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Runs:
    """`names`: the runs in their order; empty where there was one. `effects` are of the 2 x 2 design."""

    names: tuple[str, ...]
    arms: tuple[Spread, ...]
    effects: tuple[Spread, ...]


def spread_over(runs: Mapping[str, str], is_right: Scores, arms: Sequence[str], square: Square) -> Runs:
    """`runs`: question id -> run; `is_right`: arm -> question id -> right or not. Effects are of the 2 x 2 part."""
    names = tuple(dict.fromkeys(runs.values()))
    if len(names) < 2:
        return Runs((), (), ())
    return Runs(
        names,
        tuple(spread for arm in arms if arm in is_right and (spread := _spread(arm, is_right[arm], names, runs))),
        tuple(
            spread
            for what, column in _effects(is_right, square)
            if (spread := _spread(what, column, names, runs, _scale(what)))
        ),
    )


def _effects(is_right: Scores, square: Square) -> Iterator[tuple[str, Column]]:
    """Each effect as a difference at every question that all of its arms have a score for."""
    contrasts = [(what, {more: 1.0, less: -1.0}) for what, more, less in simple(square)]
    for what, both, neither in crossed(square):
        weight = 1.0 if what == INTERACTION else 0.5
        contrasts.append((what, dict.fromkeys(both, weight) | dict.fromkeys(neither, -weight)))
    for what, weights in contrasts:
        if weights.keys() <= is_right.keys():
            common = set.intersection(*(set(is_right[arm]) for arm in weights))
            yield what, {q: sum(weight * is_right[arm][q] for arm, weight in weights.items()) for q in sorted(common)}


def _spread(
    what: str, column: Column, names: tuple[str, ...], runs: Mapping[str, str], scale: tuple[float, float] = (0.0, 1.0)
) -> Spread | None:
    """On the scale of what it is; None where some run has no value."""
    lowest, highest = scale
    by_run = [[value for item, value in column.items() if runs.get(item) == name] for name in names]
    if not all(by_run):
        return None
    means = tuple(map(fmean, by_run))
    deviation, reach = stdev(means), _reach(means)
    low, high = max(lowest, fmean(means) - reach), min(highest, fmean(means) + reach)
    return Spread(what, means, fmean(means), deviation, low, high)


def _scale(what: str) -> tuple[float, float]:
    """How far an effect can go; the interaction is a difference of differences."""
    widest = 2.0 if what == INTERACTION else 1.0
    return -widest, widest


def _reach(means: tuple[float, ...]) -> float:
    from scipy import stats

    return float(stats.t.ppf(0.975, len(means) - 1) * stdev(means) / np.sqrt(len(means)))
