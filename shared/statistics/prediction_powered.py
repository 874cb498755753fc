"""Few labels of people, many verdicts of a model: the mean of the labels that all items would get, with its interval.

PPI++ (Angelopoulos, Duchi and Zrnic 2023, arXiv 2311.01453): the mean of all predictions, corrected by what labels and
predictions differ on the labelled items, the predictions weighing as much as they are worth. Labels may be drawn with
unequal chances, each then weighs with the items that it stands for (Zrnic and Candes 2024); items of one cluster, such
as questions on one document, count together. What a predictor gets wrong makes the interval wider, and biases nothing.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np

from shared.statistics.intervals import Interval, finite
from shared.statistics.resampling import FEWEST_GROUPS, Floats, Integers, numbered


@dataclass(frozen=True)
class Labelled:
    """One item: a person's value, the prediction, its cluster, and how many items it stands for."""

    value: float
    predicted: float
    cluster: Hashable
    weight: float = 1.0


@dataclass(frozen=True)
class Powered:
    """The mean with 95 % limits, n being the labels, and the labelled clusters behind it.

    `tuning` says how much the predictions count: 0, not at all, so that what remains are the labels alone. `error` is
    the standard error that the labels leave where the predictions are what they are.
    """

    interval: Interval
    tuning: float
    error: float
    groups: int

    def chance_of(self, value: float) -> float | None:
        """How often the labels would put the mean as far from this value by chance, two-sided; None without a mean.

        For values that follow from the same predictions, such as a correction of them by other labels.
        """
        from scipy import stats

        if self.interval.mean is None:
            return None
        return float(2 * stats.t.sf(abs(self.interval.mean - value) / self.error, self.groups - 1))


def powered_mean(
    labelled: Sequence[Labelled],
    predictions: Sequence[float],
    clusters: Sequence[Hashable],
    *,
    tuning: float | None = None,
    lowest: float = 0.0,
    highest: float = 1.0,
) -> Powered:
    """The mean label of all items. `predictions` are of all of them, the labelled ones too; `clusters` names groups.

    `tuning` None: chosen from the data so that the variance is least. The interval is Student's over
    labelled clusters, and as wide as if half an error either way had been seen on top. With fewer than six labelled
    clusters the mean is None and the limits are the whole scale.
    ValueError: a value is not finite, a weight is not positive, or there is not one cluster for each prediction.
    """
    from scipy import stats

    predicted = finite(predictions)
    values, said, weights = (finite(column) for column in _columns(labelled))
    if len(clusters) != len(predicted) or (weights <= 0).any():
        raise ValueError("every prediction needs a cluster, and every label a weight above 0")
    known = len({item.cluster for item in labelled})
    if known < FEWEST_GROUPS:
        return Powered(Interval(len(labelled), None, lowest, highest), 0.0, highest - lowest, known)
    weights = weights / weights.sum()
    chosen = _tuning(values, said, weights, predicted) if tuning is None else tuning
    mean = float(chosen * predicted.mean() + weights @ (values - chosen * said))
    groups = numbered([*clusters, *(item.cluster for item in labelled)])
    residuals = values - chosen * said
    parts = [chosen * (predicted - predicted.mean()) / len(predicted), weights * (residuals - weights @ residuals)]
    unseen = float((weights**2).sum()) / len(labelled) * (highest - lowest) ** 2
    variance = _variance(np.concatenate(parts), groups, known) + unseen
    by_labels = _variance(parts[1], groups[len(predicted) :], known) + unseen
    reach = float(stats.t.ppf(0.975, known - 1) * np.sqrt(variance))
    mean = min(max(mean, lowest), highest)
    interval = Interval(len(labelled), mean, max(lowest, mean - reach), min(highest, mean + reach))
    return Powered(interval, chosen, float(np.sqrt(by_labels)), known)


def _columns(labelled: Sequence[Labelled]) -> tuple[list[float], list[float], list[float]]:
    return [x.value for x in labelled], [x.predicted for x in labelled], [x.weight for x in labelled]


def _tuning(values: Floats, said: Floats, weights: Floats, predicted: Floats) -> float:
    """The slope of labels on predictions: what makes the variance least where labelled items are among all items.

    At most what counts a prediction on an item without a label like a label, as the authors' package holds it.
    """
    spread = float(predicted.var())
    if spread <= 0:
        return 0.0
    together = float(weights @ ((values - weights @ values) * (said - weights @ said)))
    unlabelled = len(predicted) - len(values)
    return min(max(together / spread, 0.0), len(predicted) / unlabelled if unlabelled > 0 else 1.0)


def _variance(influences: Floats, groups: Integers, known: int) -> float:
    """Of a sum of each item's influence, clusters being independent (Liang and Zeger 1986)."""
    sums = np.bincount(groups, influences)
    return float(known / (known - 1) * (sums**2).sum())
