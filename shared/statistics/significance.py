"""Whether a paired difference may be chance: sign-flip permutation test, exact McNemar, Holm."""

from collections.abc import Sequence
from functools import cache
from math import floor, log2

import numpy as np

from shared.statistics.resampling import Floats

_ENUMERATED = 13  # 2^13 sign patterns
_LONGEST_LATTICE = 20_000
EQUAL = 1e-9  # sums that differ by less are ties: addition in another order must not decide


def sign_flip(sums: Floats) -> Floats:
    """Two-sided p of each column, shape (groups, columns): each group's summed differences change sign together.

    The null hypothesis is that the two arms' labels are exchangeable within a group (Fisher 1935; Smucker, Allan and
    Carterette 2007 for retrieval). Exact, and so without draws: where at most 13 groups differ, or all sums are
    multiples of the smallest (right/wrong values). NaN for other columns, where a t statistic serves as well.
    """
    return np.array([_exact(sums[:, column]) for column in range(sums.shape[1])])


def mcnemar(a: Floats, b: Floats) -> float | None:
    """Exact two-sided McNemar p (statsmodels) of paired values; None unless all are 0 or 1. Questions independent."""
    from statsmodels.stats.contingency_tables import mcnemar as test

    if not len(a) or not (np.isin(a, (0.0, 1.0)).all() and np.isin(b, (0.0, 1.0)).all()):
        return None
    table = [[int(((a == x) & (b == y)).sum()) for y in (1.0, 0.0)] for x in (1.0, 0.0)]
    return float(test(table, exact=True).pvalue)


def holm(ps: Sequence[float]) -> list[float]:
    """p-values adjusted over the family they form (Holm 1979), in the same order.

    Not by statsmodels, whose `multipletests` collects garbage at each call: 125 ms in which a service stands still.
    """
    order = np.argsort(ps, kind="stable")
    stepped = np.maximum.accumulate(np.asarray(ps, dtype=np.float64)[order] * np.arange(len(ps), 0, -1))
    adjusted = np.empty(len(ps))
    adjusted[order] = np.minimum(stepped, 1.0)
    return [float(p) for p in adjusted]


def fewest(level: float) -> int:
    """How many groups must differ, all one way, for a sign-flip p below `level`: six for 5 % (2 / 2^6 < 5 %)."""
    return floor(1 - log2(level)) + 1


def floor_of(sums: Floats) -> Floats:
    """The smallest p that a column could have had with so many groups that differ: all of them one way."""
    return np.asarray(np.minimum(1.0, 2.0 ** (1 - (np.abs(sums) > EQUAL).sum(axis=0))))


@cache
def share_that_shows(groups: int, differing: int) -> float:
    """The share of groups that must differ for at least `differing` of them to do so in 80 % of cases."""
    from scipy import optimize, stats

    return float(optimize.brentq(lambda q: stats.binom.sf(differing - 1, groups, q) - 0.8, 0.0, 1.0))


def _exact(sums: Floats) -> float:
    moving = np.abs(sums[np.abs(sums) > EQUAL])
    if not len(moving):
        return 1.0
    observed = abs(float(sums.sum())) * (1 - EQUAL)
    if len(moving) <= _ENUMERATED:
        return float((np.abs(_patterns(len(moving)) @ moving) >= observed).mean())
    steps = moving / moving.min()
    whole = np.rint(steps)
    if whole.sum() > _LONGEST_LATTICE or np.abs(steps - whole).max() > EQUAL:
        return float("nan")
    return _by_lattice(whole.astype(np.intp).tolist(), observed / float(moving.min()))


@cache
def _patterns(groups: int) -> Floats:
    """All sign patterns, shape (2^groups, groups)."""
    return np.where((np.arange(2**groups)[:, None] >> np.arange(groups)) & 1, -1.0, 1.0)


def _by_lattice(steps: list[int], observed: float) -> float:
    """Exact: the distribution of a sum of signed whole numbers, by convolving binomials, one for each distinct size."""
    from scipy import stats

    chances = np.ones(1)
    for size in sorted(set(steps)):
        count = steps.count(size)
        spread = np.zeros(count * size + 1)
        spread[::size] = stats.binom.pmf(np.arange(count + 1), count, 0.5)
        chances = np.convolve(chances, spread)
    totals = 2.0 * np.arange(len(chances)) - sum(steps)
    return min(1.0, float(chances[np.abs(totals) >= observed].sum()))
