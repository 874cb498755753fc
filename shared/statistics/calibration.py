"""Whether an arm's stated probabilities come true: Brier score and expected calibration error."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from shared.statistics.intervals import Interval, could_still_be, finite, mean_interval
from shared.statistics.resampling import DRAWS, FEWEST_GROUPS, SEED, Floats, bca, numbered, summed

BINS = 10
_FORECASTERS = 1_000


@dataclass(frozen=True)
class Bin:
    """Answers whose probability lay in [low, high) (the last bin holds 1): what was said, and how often it was so."""

    low: float
    high: float
    n: int
    said: float
    came_true: float


@dataclass(frozen=True)
class Calibration:
    """Both are better when lower.

    The calibration error of few answers is well above 0 even for a perfect forecaster: `by_chance` is what one with
    these same probabilities stays below in 95 % of cases (Broecker and Smith 2007). Up to there `ece.low` is 0.
    """

    n: int
    brier: Interval
    ece: Interval
    by_chance: float | None
    bins: tuple[Bin, ...]


def calibration(
    probabilities: Sequence[float],
    right: Sequence[bool],
    clusters: Sequence[Hashable] | None = None,
    *,
    bins: int = BINS,
    draws: int = DRAWS,
    seed: int = SEED,
) -> Calibration:
    """Brier (1950) score and expected calibration error in bins of equal width (Naeini 2015; Guo et al. 2017).

    `probabilities[i]` is what an arm gave its answer i, `right[i]` whether that was right. Intervals are BCa over
    answers or their clusters; `by_chance` takes answers to be independent. ValueError: the lengths differ or a
    probability leaves [0, 1].
    """
    said, came_true = finite(probabilities), np.asarray(right, dtype=np.float64)
    if len(said) != len(came_true) or (clusters is not None and len(clusters) != len(said)):
        raise ValueError(f"{len(said)} probabilities need as many outcomes and as many clusters, if any")
    if not len(said):
        return Calibration(0, Interval(0, None, 0.0, 1.0), Interval(0, None, 0.0, 1.0), None, ())
    if said.min() < 0 or said.max() > 1:
        raise ValueError(f"probabilities from {said.min():g} to {said.max():g} leave the scale 0 to 1")
    brier = mean_interval(((said - came_true) ** 2).tolist(), clusters, draws=draws, seed=seed)
    rows = _rows(said, came_true, bins)
    totals = summed(rows, numbered(range(len(said)) if clusters is None else clusters))
    ece, by_chance = _ece_interval(totals, len(said), draws, seed), _by_chance(said, bins, seed)
    if ece.mean is not None and ece.mean <= by_chance:
        ece = replace(ece, low=0.0)
    return Calibration(len(said), brier, ece, by_chance, _bins(rows.sum(axis=0), bins))


def _rows(said: Floats, came_true: Floats, bins: int) -> Floats:
    """Each answer's probability, outcome and count, in the columns of its bin; shape (answers, 3 x bins)."""
    at = np.minimum((said * bins).astype(np.intp), bins - 1)
    rows = np.zeros((len(said), 3, bins))
    rows[np.arange(len(said)), :, at] = np.column_stack([said, came_true, np.ones(len(said))])
    return rows.reshape(len(said), -1)


def _ece(totals: Floats) -> Floats:
    """Mean gap between what was said and what came true, weighted by the bins' counts; shape (samples, 1)."""
    said, came_true, counts = np.split(totals, 3, axis=1)
    return np.asarray(np.abs(said - came_true).sum(axis=1, keepdims=True) / counts.sum(axis=1, keepdims=True))


def _ece_interval(totals: Floats, n: int, draws: int, seed: int) -> Interval:
    value = _ece(totals.sum(axis=0, keepdims=True))[0]
    low, high = bca(totals, _ece, draws=draws, seed=seed)
    if high[0] <= low[0] or len(totals) < FEWEST_GROUPS:
        least, most = could_still_be(value, np.zeros(1), np.ones(1), groups=len(totals))
        low, high = np.minimum(low, least), np.maximum(high, most)
    return Interval(n, float(value[0]), float(low[0]), float(high[0]))


def _by_chance(said: Floats, bins: int, seed: int) -> float:
    """The 95th percentile of the error over outcomes that come true exactly as often as was said, independently."""
    generator = np.random.default_rng(seed)
    membership = _rows(said, said, bins)[:, -bins:]
    gaps = [np.abs(((generator.random(len(said)) < said) - said) @ membership).sum() for _ in range(_FORECASTERS)]
    return float(np.quantile(gaps, 0.95) / len(said))


def _bins(totals: Floats, bins: int) -> tuple[Bin, ...]:
    said, came_true, counts = np.split(totals, 3)
    return tuple(
        Bin(
            at / bins, (at + 1) / bins, int(counts[at]), float(said[at] / counts[at]), float(came_true[at] / counts[at])
        )
        for at in range(bins)
        if counts[at]
    )
