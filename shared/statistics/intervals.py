"""A mean with its 95 % interval, and what an interval is where a bootstrap knows too little.

Where a sample never varies (all values equal, one group) a bootstrap can only return that value and would claim
certainty. There the interval is the exact binomial bound of Clopper and Pearson (1934) on the share of groups that
could still differ, taken to either end of the scale. With fewer than six groups the
interval is the wider of the two on each side.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np

from shared.statistics.clusters import Layout
from shared.statistics.errors import estimated
from shared.statistics.resampling import DRAWS, FEWEST_GROUPS, SEED, Floats, bca, means, numbered, summed


@dataclass(frozen=True)
class Interval:
    """A number over n values with its 95 % limits; `mean` is None where it is undefined, the limits then say all."""

    n: int
    mean: float | None
    low: float
    high: float

    def excludes(self, value: float) -> bool:
        """Whether the value lies outside."""
        return not self.low <= value <= self.high


def mean_interval(
    values: Sequence[float],
    clusters: Sequence[Hashable] | None = None,
    *,
    draws: int = DRAWS,
    seed: int = SEED,
    lowest: float = 0.0,
    highest: float = 1.0,
) -> Interval:
    """The mean of `values` on the scale [lowest, highest]; `clusters` names each value's group, in the same order.

    Groups are drawn whole; a mean is over values, so a group counts by its size. With n = 0 the whole scale.
    ValueError: a value is not finite or outside the scale, or there is not one cluster for each value.
    """
    if not len(values):
        return Interval(0, None, lowest, highest)
    column = finite(values)
    if column.min() < lowest or column.max() > highest:
        raise ValueError(f"values from {column.min():g} to {column.max():g} leave the scale {lowest:g} to {highest:g}")
    groups = numbered(range(len(column)) if clusters is None else clusters)
    if len(groups) != len(column):
        raise ValueError(f"{len(column)} values need as many clusters, not {len(groups)}")
    totals = summed(np.column_stack([column, np.ones(len(column))]), groups)
    low, high = mean_limits(totals, np.array([lowest]), np.array([highest]), draws=draws, seed=seed)
    return Interval(len(column), float(column.mean()), float(low[0]), float(high[0]))


def mean_limits(
    totals: Floats, lowest: Floats, highest: Floats, *, draws: int = DRAWS, seed: int = SEED
) -> tuple[Floats, Floats]:
    """95 % limits of the mean of each column, given each group's sums and, in the last column, its count.

    `lowest` and `highest` are the ends of each column's scale, shape (columns,).
    """
    centre = means(totals.sum(axis=0, keepdims=True))[0]
    low, high = bca(totals, means, draws=draws, seed=seed)
    residuals = np.abs(totals[:, :-1] - totals[:, -1:] * centre)
    constant = residuals.max(axis=0) <= 1e-12 * np.maximum(1.0, np.abs(totals[:, :-1]).max(axis=0))
    bound_low, bound_high = could_still_be(centre, lowest, highest, groups=len(totals))
    if len(totals) < FEWEST_GROUPS:
        low, high = np.minimum(low, bound_low), np.maximum(high, bound_high)
    return np.where(constant, bound_low, low), np.where(constant, bound_high, high)


def share_limits(values: Floats, hang: Layout) -> tuple[Floats, Floats]:
    """95 % limits of the mean of each column, shape (items, columns), of values on the scale [0, 1]; no draws.

    Of clusters that may overlap, and of trainings where the layout has runs, by `shared.statistics.errors`. The
    imagined groups are one right and one wrong (Agresti and Coull 1998 in the form of Laplace), and for graded values
    lie around their mean.
    """
    graded = ((values > 0) & (values < 1)).any(axis=0)
    middle = np.where(graded, values.mean(axis=0), 0.5)
    totals = summed(np.column_stack([values - middle, np.ones(len(values))]), hang.rows)
    made = estimated(totals, hang, np.where(graded, 1.0, 0.5), np.ones(len(middle)))
    low, high = made.limits()
    return np.clip(middle + low, 0.0, 1.0), np.clip(middle + high, 0.0, 1.0)


def could_still_be(centre: Floats, lowest: Floats, highest: Floats, *, groups: int) -> tuple[Floats, Floats]:
    """Limits of a mean that never varied over `groups`: the share that may yet differ, taken to the scale's ends."""
    share = could_differ(groups)
    return centre - share * (centre - lowest), centre + share * (highest - centre)


def could_differ(groups: int) -> float:
    """The largest share of groups that may differ though none of `groups` did, at 97.5 % (Clopper and Pearson)."""
    return float(1.0 - 0.025 ** (1 / groups))


def finite(values: Sequence[float]) -> Floats:
    """The values as an array. ValueError where one is not finite: what was not measured must be left out."""
    column = np.asarray(values, dtype=np.float64)
    if not np.isfinite(column).all():
        raise ValueError("a value is not finite: leave out what was not measured, and score what failed")
    return column
