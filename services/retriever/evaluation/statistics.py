"""Means of runs, and differences between two runs over the same questions, with 95 % intervals.

Method: `shared/statistics` (BCa bootstrap over questions, the same draws for every run and measure), so that what makes
a question hard for two runs cancels out in their difference (Sakai 2006). Intervals are of one comparison each; with
twenty of them, expect one to exclude zero by chance.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from shared.messages import Estimate
from shared.statistics.intervals import finite, mean_limits

Values = Mapping[str, Sequence[float]]  # measure -> value for each question, in one order


def means(values: Values) -> dict[str, Estimate]:
    """Each measure's mean over the questions."""
    return _estimated(values, 0.0)


def differences(values: Values, baseline: Values) -> dict[str, Estimate]:
    """Each measure's mean of `values` minus `baseline`, question by question, in [-1, 1]."""
    paired = {
        name: [mine - theirs for mine, theirs in zip(mine_all, baseline[name], strict=True)]
        for name, mine_all in values.items()
    }
    return _estimated(paired, -1.0)


def _estimated(values: Values, lowest: float) -> dict[str, Estimate]:
    """All measures are drawn together. Without questions an estimate spans its scale."""
    columns = np.column_stack([finite(column) for column in values.values()])
    n, width = columns.shape
    if not n:
        return {name: Estimate(n=0, mean=0.0, ci95=(lowest, 1.0)) for name in values}
    totals = np.column_stack([columns, np.ones(n)])
    low, high = mean_limits(totals, np.full(width, lowest), np.ones(width))
    rows = zip(values, columns.mean(axis=0).tolist(), low.tolist(), high.tolist(), strict=True)
    return {name: Estimate(n=n, mean=mean, ci95=(lower, upper)) for name, mean, lower, upper in rows}
