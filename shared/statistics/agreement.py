"""How far two raters agree (a judge with people, two voters): raw agreement, and Cohen's kappa beyond chance."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np

from shared.statistics.intervals import Interval, could_differ, mean_interval
from shared.statistics.resampling import DRAWS, FEWEST_GROUPS, SEED, Floats, Statistic, bca, numbered, summed
from shared.statistics.wording import percent_limits, whole_percent


@dataclass(frozen=True)
class Agreement:
    """Agreement over n items that both rated.

    `kappa.mean` is None where kappa is undefined (nothing rated, or both used one and the same label throughout).
    """

    n: int
    raw: Interval
    kappa: Interval

    def sentence(self) -> str:
        """Both numbers in words."""
        if not self.n:
            return "No item was rated by both: how far they agree is unknown."
        raw = f"They agree on {whole_percent(self.raw.mean)} of {self.n} (95 % {percent_limits(self.raw)})"
        if self.kappa.mean is None:
            return f"{raw}; both used one label only, so agreement beyond chance is undefined."
        return f"{raw}; beyond chance kappa is {self.kappa.mean:.2f} ({self.kappa.low:.2f} to {self.kappa.high:.2f})."


def agreement(
    left: Sequence[Hashable],
    right: Sequence[Hashable],
    clusters: Sequence[Hashable] | None = None,
    *,
    draws: int = DRAWS,
    seed: int = SEED,
) -> Agreement:
    """Raw agreement and Cohen's kappa (1960), unweighted, with 95 % BCa intervals over items or their clusters.

    `left[i]` and `right[i]` are two raters' labels of one item; items that one of them left open must not be in.
    ValueError: the lengths differ.
    """
    n = len(left)
    if n != len(right) or (clusters is not None and n != len(clusters)):
        raise ValueError(f"{n} labels need as many on the other side and as many clusters, if any")
    if not n:
        return Agreement(0, Interval(0, None, 0.0, 1.0), Interval(0, None, -1.0, 1.0))
    same = [float(x == y) for x, y in zip(left, right, strict=True)]
    codes = numbered([*left, *right])
    labels = int(codes.max()) + 1
    cells = np.zeros((n, labels * labels))
    cells[np.arange(n), codes[:n] * labels + codes[n:]] = 1.0
    totals = summed(cells, numbered(range(n) if clusters is None else clusters))
    return Agreement(
        n=n,
        raw=mean_interval(same, clusters, draws=draws, seed=seed),
        kappa=_kappa_interval(totals, labels, draws=draws, seed=seed),
    )


def _kappa_of(labels: int) -> Statistic:
    def kappa(totals: Floats) -> Floats:
        """Kappa of each confusion table, shape (samples, labels^2) to (samples, 1); nan where it is undefined."""
        tables = totals.reshape(-1, labels, labels)
        tables = tables / tables.sum(axis=(1, 2), keepdims=True)
        observed = np.trace(tables, axis1=1, axis2=2)
        expected = (tables.sum(axis=1) * tables.sum(axis=2)).sum(axis=1)
        defined = expected < 1 - 1e-12
        return np.where(defined, (observed - expected) / np.where(defined, 1 - expected, 1.0), np.nan)[:, None]

    return kappa


def _kappa_interval(totals: Floats, labels: int, *, draws: int, seed: int) -> Interval:
    """Where the two never disagreed, or with few groups, as much disagreement as may yet come is allowed for."""
    n = int(totals.sum())
    kappa = _kappa_of(labels)
    table = totals.sum(axis=0, keepdims=True)
    value = float(kappa(table)[0, 0])
    if np.isnan(value):
        return Interval(n, None, -1.0, 1.0)
    low, high = (float(end[0]) for end in bca(totals, kappa, draws=draws, seed=seed))
    varies = high > low
    share = could_differ(len(totals))
    marginals = table.reshape(labels, labels) / n
    by_chance = 1 - float((marginals.sum(axis=0) * marginals.sum(axis=1)).sum())
    if not varies or len(totals) < FEWEST_GROUPS:
        low, high = min(low, max(-1.0, value - share / by_chance)), max(high, value + share * (1 - value))
    return Interval(n, value, low, high)
