"""What a measure's own errors do to the shares that it counts, learned from answers that a person labelled too.

The labelled answers are drawn by what the measure said of them, so what is seen directly is how often it is right where
it says right, and how often where it says wrong. Sensitivity and specificity follow by weighing each stratum with its
size (Begg and Greenes 1983). A share of verdicts is then corrected as by Rogan and Gladen (1978, American Journal of
Epidemiology 107), with the interval of Lang and Reiczigel (2014, Preventive Veterinary Medicine 113), in which each
estimated rate counts as a binomial one of its effective size.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np

from shared.statistics.intervals import Interval, finite
from shared.statistics.resampling import numbered, summed

_Z = 1.959963984540054
_HALF = 0.5  # of a label either way in each stratum, for variances only: few labels that agree prove no perfection


@dataclass(frozen=True)
class Stratum:
    """Answers of which the measure said the same: how many, how many of them labelled, and how many of those true."""

    positive: bool
    population: int
    labelled: int
    true: int


@dataclass(frozen=True)
class Errors:
    """How often a measure errs, with 95 % limits over all answers that it could be audited on.

    `sensitivity`: of truly right answers those that it calls right. `specificity`: of truly wrong ones those that it
    calls wrong. `precision`: of those that it calls right the truly right ones. `omission`: of those that it calls
    wrong the truly right ones. Each interval's `n` is the effective number of labels behind it, rounded.
    """

    labels: int
    population: int
    sensitivity: Interval
    specificity: Interval
    precision: Interval
    omission: Interval

    @property
    def discrimination(self) -> float | None:
        """Sensitivity + specificity - 1 (Youden's index): by this factor true differences between arms are shrunk."""
        if self.sensitivity.mean is None or self.specificity.mean is None:
            return None
        return self.sensitivity.mean + self.specificity.mean - 1


def errors_of(strata: Sequence[Stratum]) -> Errors:
    """The measure's rates from strata with labels; without labels on one side nothing is known and n is 0.

    A stratum with answers and no label counts as another of its side. ValueError: more labels than answers, or more
    true ones than labels.
    """
    for stratum in strata:
        if not 0 <= stratum.true <= stratum.labelled <= stratum.population:
            raise ValueError(f"{stratum}: true <= labelled <= population does not hold")
    right, wrong = (_Side([s for s in strata if s.positive == side]) for side in (True, False))
    return Errors(
        labels=right.labelled + wrong.labelled,
        population=right.population + wrong.population,
        sensitivity=_ratio(right, wrong, true=True),
        specificity=_ratio(wrong, right, true=False),
        precision=right.share(),
        omission=wrong.share(),
    )


def rogan_gladen(share: float, sensitivity: float, specificity: float, judged: float = 1.0) -> float:
    """The true share behind a share of verdicts, within [0, `judged`]; only the `judged` part can be called right.

    ValueError: the measure tells nothing (sensitivity + specificity <= 1).
    """
    discrimination = sensitivity + specificity - 1
    if discrimination <= 0:
        raise ValueError("a measure with sensitivity + specificity <= 1 tells nothing that could be corrected")
    return min(max((share - judged * (1 - specificity)) / discrimination, 0.0), judged)


def corrected(
    verdicts: Sequence[float], clusters: Sequence[Hashable], errors: Errors, *, judged: float = 1.0
) -> Interval:
    """The share of truly right answers behind 0/1 verdicts; `clusters` names each one's group, in the same order.

    `judged`: the share of the questions whose answer has a text to be read; the others are not right, for certain.
    It holds where the measure errs as often here as where it was audited. The mean is None, and the limits are the
    whole scale, where nothing is known or the measure is not told apart from guessing.
    """
    nothing = Interval(len(verdicts), None, 0.0, 1.0)
    sensitivity, specificity = errors.sensitivity, errors.specificity
    if not len(verdicts) or sensitivity.mean is None or specificity.mean is None:
        return nothing
    share, size = _clustered(verdicts, clusters)
    n, se, sp = size + _Z**2, _Rate(sensitivity), _Rate(specificity)
    discrimination = se.shrunk + sp.shrunk - 1
    if discrimination <= 2 * sqrt(se.variance + sp.variance):
        return nothing
    p = (size * share + _Z**2 / 2) / n
    centre = (p - judged * (1 - sp.shrunk)) / discrimination
    shift = 2 * _Z**2 * (centre * se.variance - (judged - centre) * sp.variance)
    spread = p * (1 - p) / n + (judged - centre) ** 2 * sp.variance + centre**2 * se.variance
    low, high = (centre + shift + side * _Z * sqrt(spread) / discrimination for side in (-1, 1))
    mean = rogan_gladen(share, sensitivity.mean, specificity.mean, judged)
    low, high = max(0.0, min(low, mean)), min(judged, max(high, mean))
    return Interval(len(verdicts), mean, low, high)


def wilson(share: float, size: float) -> tuple[float, float]:
    """Wilson's 95 % limits (1927) of a share of `size` trials, which need not be whole."""
    centre = (share + _Z**2 / (2 * size)) / (1 + _Z**2 / size)
    reach = _Z / (1 + _Z**2 / size) * sqrt(share * (1 - share) / size + _Z**2 / (4 * size**2))
    return max(0.0, min(centre - reach, share)), min(1.0, max(centre + reach, share))


class _Rate:
    """A rate with one success and one failure added, as Lang and Reiczigel do."""

    def __init__(self, rate: Interval) -> None:
        assert rate.mean is not None
        size = rate.n + 2
        self.shrunk = (rate.n * rate.mean + 1) / size
        self.variance = self.shrunk * (1 - self.shrunk) / size


class _Side:
    """The strata of which the measure said the same; those without a label are joined to the others."""

    def __init__(self, strata: Sequence[Stratum]) -> None:
        self.population = sum(stratum.population for stratum in strata)
        self.labelled = sum(stratum.labelled for stratum in strata)
        known = [stratum for stratum in strata if stratum.labelled]
        scale = self.population / max(1, sum(stratum.population for stratum in known))
        self._sizes = np.array([stratum.population * scale for stratum in known])
        self._labels = np.array([stratum.labelled for stratum in known], dtype=np.float64)
        self._true = np.array([stratum.true for stratum in known], dtype=np.float64)

    def count(self, *, true: bool, added: float = 0.0) -> float:
        """How many of the population are truly right, or wrong, with `added` labels either way in each stratum."""
        shares = (self._true + added) / (self._labels + 2 * added)
        return float((self._sizes * (shares if true else 1 - shares)).sum())

    def variance(self) -> float:
        """Of that count."""
        shares = (self._true + _HALF) / (self._labels + 2 * _HALF)
        return float((self._sizes**2 * shares * (1 - shares) / self._labels).sum())

    def share(self) -> Interval:
        """The truly right ones among them."""
        if not self.labelled:
            return Interval(0, None, 0.0, 1.0)
        mean, smooth = (self.count(true=True, added=added) / self.population for added in (0.0, _HALF))
        return _interval(mean, smooth, self.variance() / self.population**2)


def _ratio(hit: _Side, missed: _Side, *, true: bool) -> Interval:
    """Of all truly right (or wrong) answers the share that is in `hit`, by the delta method.

    The sides' sizes are chance too, since the rate is to hold for other answers than these.
    """
    if not hit.labelled or not missed.labelled:
        return Interval(0, None, 0.0, 1.0)
    plain = hit.count(true=true), missed.count(true=true)
    if not sum(plain):
        return Interval(0, None, 0.0, 1.0)
    inside, outside = hit.count(true=true, added=_HALF), missed.count(true=true, added=_HALF)
    sizes = (inside * outside) ** 2 * (1 / hit.population + 1 / missed.population)
    variance = (outside**2 * hit.variance() + inside**2 * missed.variance() + sizes) / (inside + outside) ** 4
    return _interval(plain[0] / sum(plain), inside / (inside + outside), variance)


def _interval(mean: float, smooth: float, variance: float) -> Interval:
    """Wilson's, by the size at which a plain sample would vary as much."""
    size = smooth * (1 - smooth) / variance
    low, high = wilson(mean, size)
    return Interval(max(1, round(size)), mean, low, high)


def _clustered(verdicts: Sequence[float], clusters: Sequence[Hashable]) -> tuple[float, float]:
    """The share, and its effective size: what a plain sample would need to vary as much as these clusters do."""
    values = finite(verdicts)
    totals = summed(np.column_stack([values, np.ones(len(values))]), numbered(clusters))
    groups, share = len(totals), float(values.mean())
    squares = float(((totals[:, 0] - totals[:, 1] * share) ** 2).sum())
    variance = groups / max(1, groups - 1) * squares / len(values) ** 2
    if variance <= 0:
        return share, float(groups)
    return share, share * (1 - share) / variance
