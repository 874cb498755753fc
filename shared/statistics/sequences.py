"""Confidence sequences: 95 % intervals of a mean that hold at all times together, however often one looks.

A plain interval is for a sample whose size was fixed beforehand. Whoever looks again after each result and stops when
it pleases sees a 95 % interval miss far more often than 5 %. Here the chance that the interval misses *ever*, from the
first result to the last, is at most 5 %. The price is width.

Both sequences here hold for the average of what was to be expected so far, also when that drifts (harder news, another
model), and both follow from sums that are the same in whatever order values came, so that a value can be taken out
again.

- `mixture_interval` follows from n, the mean and how much items depend on one another. It does not narrow for values
  that vary little.
- `betting_limits` narrows with the spread, and is for paired differences: values in [-1, 1] whose mean is held against
  0. Its sums are of `log_capital` of each value.
"""

from math import log, sqrt

import numpy as np

from shared.statistics.intervals import Interval
from shared.statistics.resampling import Floats

_ERROR = 0.05
_SHARPEST_AT = 200  # results at which the mixture is about as narrow as it can be made
STAKES: Floats = 0.6 ** np.arange(1.0, 13.0)
"""What is bet of the capital on each value, from 0.6 to 0.002. A stake serves best a decision after about
15 / (stake^2 x mean square) values: 0.6 after 80 of mean square 0.5, 0.1 after 3,000."""
_SHARES: Floats = 0.75 ** np.arange(1.0, 13.0)  # of the capital to begin with: most where decisions are soon
_LOG_SHARES: Floats = np.log(_SHARES / _SHARES.sum())
_MOST_STEPS, _NEAR = 100, 1e-9


def mixture_interval(
    n: int,
    mean: float,
    *,
    lowest: float = 0.0,
    highest: float = 1.0,
    error: float = _ERROR,
    effective_n: float | None = None,
) -> Interval:
    """Robbins' normal mixture (1970; Howard, Ramdas, McAuliffe and Sekhon 2021, eq. 14) for values in a known range.

    A value in [lowest, highest] is sub-Gaussian with variance (highest - lowest)^2 / 4 (Hoeffding 1963). `mean` is
    that of the first n values. `error` is the chance of ever missing: 0.05 / k where k of them are to hold together.
    `effective_n` is Kish's, n^2 / sum of squared cluster sizes, where values of one cluster may be alike in anything;
    left out, all n are independent. With n = 0 the whole scale. O(1).
    """
    if not n:
        return Interval(0, None, lowest, highest)
    reach = mixture_reach(n, error, effective_n) * (highest - lowest)
    return Interval(n, mean, max(lowest, mean - reach), min(highest, mean + reach))


def mixture_reach(n: int, error: float = _ERROR, effective_n: float | None = None) -> float:
    """How far the mixture's limits lie from a mean of n >= 1 values on a scale of width 1."""
    squares = n if effective_n is None else n * n / effective_n
    tuning = _SHARPEST_AT / 4 / (-2 * log(error) + log(1 - 2 * log(error)))
    spread = squares / 4 + tuning
    return sqrt(spread * log(spread / (tuning * error**2))) / n


def log_capital(values: Floats) -> Floats:
    """What each stake makes of one unit, betting on values above and below 0: logarithms, shape (..., 2, stakes).

    `values` in [-1, 1]. Capital is multiplied from value to value, so that these are added up.
    """
    won = values[..., None] * STAKES
    return np.stack([np.log1p(won), np.log1p(-won)], axis=-2)


def log_mixed(capital: Floats) -> Floats:
    """The logarithm of the stakes' capital together, each having begun with its share of one unit."""
    shares = capital + _LOG_SHARES
    most = shares.max(axis=-1, keepdims=True)
    mixed: Floats = np.log(np.exp(shares - most).sum(axis=-1)) + most[..., 0]
    return mixed


def ruin(error: float) -> float:
    """The logarithm of the capital that rules out one side: reached by chance, ever, in `error` / 2 (Ville 1939)."""
    return log(2 / error)


def betting_limits(n: Floats, capital: Floats, error: float = _ERROR) -> tuple[Floats, Floats]:
    """Limits of the means of n >= 1 values, given the sums of their `log_capital`; of the shape of `n`, in [-1, 1].

    A mixture of constant bets (Waudby-Smith and Ramdas 2024, JRSS B 86, section 4; Cover 1991). With a stake s and
    values whose expectations given those before are m_1, ..., m_n, the product of (1 + s x_i) / (1 + s m_i) is a
    martingale that begins at 1, and log(1 + s m_i) <= s m_i. So the capital, divided by exp(s n m) for the average m of
    the m_i so far, ever reaches 2 / `error` in at most `error` / 2 of streams, whatever the m_i are. An average for
    which it has is ruled out. The capital excludes 0 exactly where `log_mixed` reaches `ruin`.
    """
    low, minus_high = np.moveaxis(_lowest(n[..., None], capital, ruin(error)), -1, 0)
    return np.clip(low, -1.0, 1.0), np.clip(-minus_high, -1.0, 1.0)


def paired_limits(means: Floats, error: float = _ERROR) -> tuple[Floats, Floats]:
    """Limits of the mean of each column of paired differences in [-1, 1], shape (clusters, columns), all at once.

    A cluster without a difference has nan. They are `betting_limits`; those of a column of nan alone are -1 and 1.
    """
    has = ~np.isnan(means)
    capital = log_capital(np.where(has, means, 0.0)).sum(axis=0)
    return betting_limits(np.maximum(has.sum(axis=0), 1).astype(np.float64), capital, error)


def _lowest(n: Floats, capital: Floats, enough: float) -> Floats:
    """The smallest mean that is not ruled out: where the mixed capital, each / exp(s n m), falls to `enough`.

    Newton's method from a mean that one stake alone rules out. The function is convex and falls, so that each step
    stays below the root: limits are never too narrow.
    """
    slopes = STAKES * n[..., None]
    means: Floats = ((capital + _LOG_SHARES - enough) / slopes).max(axis=-1)
    for _ in range(_MOST_STEPS):
        left = capital - slopes * means[..., None]
        mixed = log_mixed(left)
        falls = (np.exp(left + _LOG_SHARES - mixed[..., None]) * slopes).sum(axis=-1)
        steps = np.maximum(0.0, (mixed - enough) / falls)
        means = means + steps
        if np.all(steps < _NEAR):
            break
    return means
