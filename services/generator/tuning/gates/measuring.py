"""A gate's numbers: means with 95 % intervals, changes against another speaker, and whether a change may be chance.

Shares are means over questions. Perplexity is exp of the mean negative log-likelihood per token, pooled over texts
(Jelinek et al. 1977); two of them are compared by their quotient. Intervals are those of `shared/statistics`, with
questions that depend on each other drawn together. Whether a change is chance is decided by the exact sign-flip test
over the same groups: a gate often has few questions, and a bootstrap of few is too sure.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from services.generator.tuning.gates.asking import Sums
from shared.statistics.intervals import mean_limits
from shared.statistics.resampling import numbered, summed
from shared.statistics.significance import fewest, sign_flip

LARGEST_SURPRISE = 12.0
"""Nats for a token, where a sample cannot say more: one in 160,000, about the largest vocabularies."""
LEVEL = 0.05
"""Of a two-sided test, as the intervals beside it."""
FEWEST = fewest(LEVEL)
"""Groups that must differ, all of them one way, before a change can be shown at all."""


@dataclass(frozen=True)
class Measure:
    """How a gate's numbers are read: `perplexity`, or a share of questions. `clusters`: question -> its group."""

    name: str
    says: str
    clusters: Mapping[str, str]
    perplexity: bool = False

    @property
    def scale(self) -> float:
        """The largest mean."""
        return LARGEST_SURPRISE if self.perplexity else 1.0

    @property
    def sign(self) -> float:
        """What turns a change for the worse into a positive number."""
        return 1.0 if self.perplexity else -1.0


@dataclass(frozen=True)
class Mean:
    """A mean with its limits; n counts questions or texts, `groups` what of them is independent.

    `p`: of the test that the mean is 0; NaN where that has no exact value.
    """

    n: int
    value: float
    low: float
    high: float
    groups: int
    p: float

    @property
    def is_shown(self) -> bool:
        """Whether it is not 0 by chance; by the interval where the test has no exact value."""
        return not self.low <= 0 <= self.high if math.isnan(self.p) else self.p < LEVEL


def mean(sums: Sums, measure: Measure, *, lowest: float = 0.0) -> Mean:
    """Sums over counts, with limits from groups drawn whole; `lowest` is the lower end of the scale."""
    groups = numbered([measure.clusters[key] for key in sums])
    totals = summed(np.array(list(sums.values()), dtype=np.float64), groups)
    low, high = mean_limits(totals, np.array([lowest]), np.array([measure.scale]))
    pooled, p = totals.sum(axis=0), float(sign_flip(totals[:, :1])[0])
    return Mean(len(sums), float(pooled[0] / pooled[1]), float(low[0]), float(high[0]), len(totals), p)


def change(new: Sums, other: Sums, measure: Measure) -> Mean:
    """New minus other over the questions that both have."""
    both = {key: (new[key][0] - other[key][0], new[key][1]) for key in new if key in other}
    return mean(both, measure, lowest=-measure.scale)


def told(value: float, measure: Measure) -> float:
    """What people are told: of surprise exp, so that a mean becomes a perplexity and a difference a quotient."""
    return math.exp(value) if measure.perplexity else value


def shown(own: Mean, measure: Measure) -> str:
    """A mean with its interval, in words."""
    value, low, high = (told(figure, measure) for figure in (own.value, own.low, own.high))
    return f"{value:.3g} ({low:.3g} to {high:.3g}, n = {own.n})"


def moved(by: Mean, measure: Measure) -> str:
    """A change with its interval, in words."""
    value, low, high = (told(figure, measure) for figure in (by.value, by.low, by.high))
    if measure.perplexity:
        return f"times {value:.2f} ({low:.2f} to {high:.2f})"
    return f"{value:+.2f} ({low:+.2f} to {high:+.2f})"
