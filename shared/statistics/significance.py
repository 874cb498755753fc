"""Whether a paired difference may be chance: sign-flip permutation test, exact McNemar, Holm, detectable difference."""

from collections.abc import Sequence
from functools import cache

import numpy as np

from shared.statistics.resampling import DRAWS, FEWEST_GROUPS, SEED, Floats

_ENUMERATED = 13  # 2^13 sign patterns are fewer than the draws
_LONGEST_LATTICE = 20_000
_AT_ONCE = 4_000_000
_EQUAL = 1e-9  # sums that differ by less are ties: addition in another order must not decide


def sign_flip(sums: Floats, *, draws: int = DRAWS, seed: int = SEED) -> Floats:
    """Two-sided p of each column, shape (groups, columns): each group's summed differences change sign together.

    The null hypothesis is that the two arms' labels are exchangeable within a group (Fisher 1935; Smucker, Allan and
    Carterette 2007 for retrieval). Exact where at most 13 groups differ or all sums are multiples of the smallest
    (right/wrong values); otherwise `draws` seeded flips, counted with the observed one (Phipson and Smyth 2010), so
    that p is never below 1 / (draws + 1).
    """
    exact = [_exact(sums[:, column]) for column in range(sums.shape[1])]
    drawn = [column for column, p in enumerate(exact) if p is None]
    p_values = np.array([np.nan if p is None else p for p in exact])
    if drawn:
        p_values[drawn] = _by_draws(sums[:, drawn], draws, seed)
    return p_values


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


def detectable(sums: Floats, sizes: Floats, span: float) -> float | None:
    """The smallest mean difference that this many groups show in 80 % of cases, at 5 % two-sided, alone.

    From the standard error of the mean with whole groups, by Student's t (Bloom 1995). Where fewer than six groups
    differ at all, that spread says nothing, and the test could not have rejected: then it is also at least the share
    of groups, each moved by `span` (the width of the measure's scale), at which six would differ in 80 % of cases.
    None where no difference whatever could have shown: fewer than six groups. Conservative, and never a power
    calculated from the difference that was observed.
    """
    from scipy import stats

    groups, n = len(sums), sizes.sum()
    if groups < FEWEST_GROUPS:
        return None
    residuals = sums - sizes * sums.sum() / n
    error = np.sqrt(groups / (groups - 1) * (residuals**2).sum()) / n
    by_spread = float((stats.t.ppf(0.975, groups - 1) + stats.t.ppf(0.8, groups - 1)) * error)
    differing = int((np.abs(sums) > _EQUAL).sum())
    constant = np.abs(residuals).max() <= _EQUAL
    if differing >= FEWEST_GROUPS and not constant:
        return by_spread
    return max(by_spread, _share_that_shows(groups) * span)


@cache
def _share_that_shows(groups: int) -> float:
    """The share of groups that must differ for at least six of them to do so in 80 % of cases."""
    from scipy import optimize, stats

    return float(optimize.brentq(lambda q: stats.binom.sf(FEWEST_GROUPS - 1, groups, q) - 0.8, 0.0, 1.0))


def _exact(sums: Floats) -> float | None:
    moving = np.abs(sums[np.abs(sums) > _EQUAL])
    if not len(moving):
        return 1.0
    observed = abs(float(sums.sum())) * (1 - _EQUAL)
    if len(moving) <= _ENUMERATED:
        return float((np.abs(_patterns(len(moving)) @ moving) >= observed).mean())
    steps = moving / moving.min()
    whole = np.rint(steps)
    if whole.sum() > _LONGEST_LATTICE or np.abs(steps - whole).max() > _EQUAL:
        return None
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


def _by_draws(sums: Floats, draws: int, seed: int) -> Floats:
    generator = np.random.default_rng(seed)
    groups = len(sums)
    width = -(-groups // 8)
    size = max(1, min(draws, _AT_ONCE // (groups + sums.shape[1])))
    total = sums.sum(axis=0)
    observed = np.abs(total) * (1 - _EQUAL)
    as_far = np.ones(sums.shape[1])
    for start in range(0, draws, size):
        rows = min(size, draws - start)
        packed = np.frombuffer(generator.bytes(rows * width), dtype=np.uint8).reshape(rows, width)
        flipped = np.unpackbits(packed, axis=1, count=groups).astype(np.float64)
        as_far += (np.abs(total - 2 * (flipped @ sums)) >= observed).sum(axis=0)
    return np.asarray(as_far / (draws + 1))
