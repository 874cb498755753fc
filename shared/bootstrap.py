"""Means with 95 % intervals by the percentile bootstrap over questions (Efron 1979), seeded.

Equal values give equal numbers; the columns of one call are resampled with the same questions. Where all values of a
column are equal (also n = 1) a bootstrap can only return that value and would claim certainty; there the interval is
the exact binomial bound of Clopper and Pearson (1934) on the share of questions that could still differ, taken to
either end of the scale. With n = 0 the interval spans the whole scale.
"""

import numpy as np
import numpy.typing as npt

from shared.messages import Estimate

DRAWS = 2_000
SEED = 20_220_617
_AT_ONCE = 4_000_000
Floats = npt.NDArray[np.float64]


def estimates(values: Floats, lowest: float = 0.0, draws: int = DRAWS) -> list[Estimate]:
    """One estimate for each column of `values`, shape (questions, columns), on the scale [lowest, 1]."""
    n = len(values)
    if n == 0:
        return [Estimate(n=0, mean=0.0, ci95=(lowest, 1.0))] * values.shape[1]
    low, high = np.percentile(_resampled_means(values, draws), [2.5, 97.5], axis=0)
    constant = np.ptp(values, axis=0) == 0
    could_differ = 1.0 - 0.025 ** (1 / n)
    low = np.where(constant, values[0] - could_differ * (values[0] - lowest), low)
    high = np.where(constant, values[0] + could_differ * (1.0 - values[0]), high)
    means = np.where(constant, values[0], values.mean(axis=0))
    rows = zip(means.tolist(), low.tolist(), high.tolist(), strict=True)
    return [Estimate(n=n, mean=mean, ci95=(lower, upper)) for mean, lower, upper in rows]


def _resampled_means(values: Floats, draws: int) -> Floats:
    """Means of `draws` resamples, shape (draws, columns), a few at a time so that memory stays small."""
    n = len(values)
    generator = np.random.default_rng(SEED)
    size = max(1, min(draws, _AT_ONCE // n))
    chosen = (
        generator.multinomial(n, np.full(n, 1 / n), size=min(size, draws - start)) for start in range(0, draws, size)
    )
    return np.concatenate([counts @ values / n for counts in chosen])
