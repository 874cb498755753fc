"""Confidence sequences: 95 % intervals of a mean that hold at all times together, however often one looks.

A plain interval is for a sample whose size was fixed beforehand. Whoever looks again after each result and stops when
it pleases sees a 95 % interval miss far more often than 5 %. Here the chance that the interval misses *ever*, from the
first result to the last, is at most 5 %. The price is width.

- `mixture_interval` follows from n and the mean alone, keeps no state, and holds for the average of what was to be
  expected of the results so far, also when that drifts (harder news, another model). It does not narrow for values that
  vary little.
- `BettingSequence` narrows with the spread, but asks that every result has the same expectation given those before.
"""

from math import log, sqrt

import numpy as np

from shared.statistics.intervals import Interval

_ERROR = 0.05
_SHARPEST_AT = 200  # results at which the mixture is about as narrow as it can be made
_GRID = 1_001
_STAKE = 0.5  # the share of the capital that a bet may lose


def mixture_interval(
    n: int, mean: float, *, lowest: float = 0.0, highest: float = 1.0, error: float = _ERROR
) -> Interval:
    """Robbins' normal mixture (1970; Howard, Ramdas, McAuliffe and Sekhon 2021, eq. 14) for values in a known range.

    A value in [lowest, highest] is sub-Gaussian with variance (highest - lowest)^2 / 4 (Hoeffding 1963). `mean` is
    that of the first n values. `error` is the chance of ever missing: 0.05 / k where k of them are to hold together.
    With n = 0 the whole scale. O(1).
    """
    if not n:
        return Interval(0, None, lowest, highest)
    reach = mixture_reach(n, error) * (highest - lowest)
    return Interval(n, mean, max(lowest, mean - reach), min(highest, mean + reach))


def mixture_reach(n: int, error: float = _ERROR) -> float:
    """How far the mixture's limits lie from a mean of n >= 1 values on a scale of width 1."""
    tuning = _SHARPEST_AT / 4 / (-2 * log(error) + log(1 - 2 * log(error)))
    spread = n / 4 + tuning
    return sqrt(spread * log(spread / (tuning * error**2))) / n


class BettingSequence:
    """Hedged capital (Waudby-Smith and Ramdas 2023, JRSS B 86, theorem 3) for the mean of values in [lowest, highest].

    For each mean of a grid of 1,001, two gamblers bet on the values being higher and lower than it; where one has made
    its stake 40-fold, the mean is ruled out. Limits are rounded outward to the grid. An update costs about 20 us.
    """

    def __init__(self, lowest: float = 0.0, highest: float = 1.0) -> None:
        self.n = 0
        self._lowest, self._width = lowest, highest - lowest
        self._grid = np.linspace(0.0, 1.0, _GRID)
        with np.errstate(divide="ignore"):
            self._most_up, self._most_down = _STAKE / self._grid, _STAKE / (1 - self._grid)
        self._up, self._down = np.zeros(_GRID), np.zeros(_GRID)  # logarithms of the capital
        self._total, self._squares = 0.0, 0.0

    def update(self, value: float) -> None:
        """Take the next value. ValueError: it lies outside the scale."""
        x = (value - self._lowest) / self._width
        if not 0.0 <= x <= 1.0:
            raise ValueError(f"{value:g} leaves the scale {self._lowest:g} to {self._lowest + self._width:g}")
        bet = self._bet()
        beyond = x - self._grid
        self._up += np.log1p(np.minimum(bet, self._most_up) * beyond)
        self._down += np.log1p(-np.minimum(bet, self._most_down) * beyond)
        self.n += 1
        self._total += x
        self._squares += (x - (0.5 + self._total) / (self.n + 1)) ** 2

    def interval(self) -> Interval:
        """The mean so far and its limits; valid now and at every other time, together."""
        if not self.n:
            return Interval(0, None, self._lowest, self._lowest + self._width)
        ruin = log(2 / _ERROR)
        mean = self._total / self.n
        # The first gambler's capital falls with the mean bet on and the second's rises: each rules out one end.
        too_low, too_high = int((self._up >= ruin).sum()), int((self._down >= ruin).sum())
        low = min(mean, self._grid[max(0, too_low - 1)])
        high = max(mean, self._grid[min(_GRID - 1, _GRID - too_high)])
        return Interval(self.n, *(float(self._lowest + self._width * x) for x in (mean, low, high)))

    def _bet(self) -> float:
        """The predictable plug-in bet on the next value, from the spread of those before (eq. 26 there)."""
        variance = (0.25 + self._squares) / (self.n + 1)
        after = self.n + 1
        return sqrt(2 * log(2 / _ERROR) / (variance * after * log(after + 1)))
