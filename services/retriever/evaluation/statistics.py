"""Means of runs, and differences between two runs over the same questions, with 95 % intervals.

Method: `shared/bootstrap.py` with 10,000 resamples of questions, the same ones for every run and measure, so that what
makes a question hard for two runs cancels out in their difference (Sakai 2006). Intervals are of one comparison each;
with twenty of them, expect one to exclude zero by chance.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from shared.bootstrap import estimates
from shared.messages import Estimate

DRAWS = 10_000
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
    columns = np.column_stack([np.asarray(column, dtype=np.float64) for column in values.values()])
    return dict(zip(values, estimates(columns, lowest, DRAWS), strict=True))
