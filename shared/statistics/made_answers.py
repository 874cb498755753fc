"""Right and wrong answers made to order: arms with given rates that agree as given, by document and by training.

Normal deviates of arms, questions and documents are cut where each arm's rate lies (Emrich and Piedmonte 1991): their
correlations are those that make the cut values correlate as wanted.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from shared.statistics.planning import Assumptions
from shared.statistics.resampling import Floats

Generator = np.random.Generator
Column = dict[str, float]


@dataclass(frozen=True)
class Made:
    """One experiment: arm -> item -> right or not; an item is a question in one training. Items lead to both."""

    scores: Mapping[str, Column]
    clusters: Mapping[str, str]
    runs: Mapping[str, str]


class Maker:
    """Makes experiments; what they have in common is worked out once."""

    def __init__(self, assumptions: Assumptions, rates: Mapping[str, float]) -> None:
        self.arms = tuple(rates)
        self.rates = np.array([rates[arm] for arm in self.arms])
        self.trained = np.array([arm in assumptions.trained for arm in self.arms])
        self.deviation = assumptions.deviation
        self.per_document = assumptions.per_document
        self._root = _root(assumptions, self.arms, self.rates)
        self._within = latent(assumptions.within, float(self.rates.mean()), float(self.rates.mean()))

    def experiment(self, rng: Generator, *, documents: int, trainings: int) -> Made:
        """Documents with `per_document` questions on average, asked of as many adapters as there are trainings."""
        from scipy import stats

        whole, extra = int(self.per_document), self.per_document % 1
        of_document = np.repeat(np.arange(documents), whole + (rng.random(documents) < extra))
        own, shared = (
            rng.normal(size=(count, len(self.arms))) @ self._root.T for count in (len(of_document), documents)
        )
        deviates = np.sqrt(1 - self._within) * own + np.sqrt(self._within) * shared[of_document]
        scores: dict[str, Column] = {arm: {} for arm in self.arms}
        clusters, runs = dict[str, str](), dict[str, str]()
        for run in range(trainings):
            moved = self.rates + self.trained * self.deviation * rng.normal(size=len(self.arms)) * (trainings > 1)
            right = deviates < stats.norm.ppf(np.clip(moved, 0.0, 1.0))
            items = [f"{question} ({run})" for question in range(len(of_document))]
            clusters |= {item: f"{document}" for item, document in zip(items, of_document.tolist(), strict=True)}
            runs |= dict.fromkeys(items, f"training {run + 1}")
            for at, arm in enumerate(self.arms):
                scores[arm] |= dict(zip(items, right[:, at].astype(float).tolist(), strict=True))
        return Made(scores, clusters, runs)


def latent(correlation: float, first: float, second: float) -> float:
    """The correlation of two normal deviates that, cut at two rates, correlate as wanted, or as nearly as they can."""
    from scipy import optimize, stats

    if correlation == 0 or not (0 < first < 1 and 0 < second < 1):
        return 0.0
    cuts = stats.norm.ppf([first, second])
    both = first * second + correlation * np.sqrt(first * (1 - first) * second * (1 - second))

    def excess(value: float) -> float:
        return float(stats.multivariate_normal.cdf(cuts, cov=[[1.0, value], [value, 1.0]]) - both)

    low, high = -0.999, 0.999
    if excess(low) >= 0 or excess(high) <= 0:
        return low if excess(low) >= 0 else high
    return float(optimize.brentq(excess, low, high, xtol=1e-4))


def _root(assumptions: Assumptions, arms: tuple[str, ...], rates: Floats) -> Floats:
    """Makes independent deviates correlate over arms; the nearest there is where no deviates correlate as wanted."""
    correlations = np.eye(len(arms))
    for first in range(len(arms)):
        for second in range(first):
            wanted = assumptions.between((arms[first], arms[second]))
            correlations[first, second] = latent(wanted, float(rates[first]), float(rates[second]))
            correlations[second, first] = correlations[first, second]
    values, vectors = np.linalg.eigh(correlations)
    root = vectors * np.sqrt(np.maximum(values, 0.0))
    return np.asarray(root / np.sqrt((root**2).sum(axis=1, keepdims=True)))
