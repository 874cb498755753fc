"""How far any number of raters agree, whoever rated what: Krippendorff's alpha (2004, 2011) for plain labels.

Alpha is 1 where all agree, 0 where they agree as often as labels that were dealt out anew would. Unlike Cohen's kappa
it knows no left and right rater, takes items with two votes and with twenty, and corrects for small samples. Own code,
since its interval draws whole questions thousands of times: each is a sum of coincidence tables.
"""

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np

from shared.statistics.intervals import Interval, could_differ
from shared.statistics.resampling import DRAWS, FEWEST_GROUPS, SEED, Floats, bca, numbered, summed
from shared.statistics.wording import percent_limits, whole_percent


@dataclass(frozen=True)
class Reliability:
    """Agreement of `votes` labels on `items` that two raters or more have labelled.

    `observed`: how often a label meets its like, paired with each other label of its item, every label counting once.
    `alpha.mean` is None where it is undefined: nothing rated twice, or one label throughout.
    """

    items: int
    votes: int
    observed: Interval
    alpha: Interval

    def sentence(self, raters: str = "voters", items: str = "pairs of answers that both voted on") -> str:
        """Both numbers in words; `raters` rated `items`, both in the plural."""
        if not self.items:
            return f"No item was rated by two: how far {raters} agree is unknown."
        observed, alpha = self.observed, self.alpha
        share = f"Two {raters} agree on {whole_percent(observed.mean)} (95 % interval {percent_limits(observed)})"
        share = f"{share} of {self.items} {items}"
        if alpha.mean is None:
            return f"{share}; all chose the same throughout, so agreement beyond chance is undefined."
        return f"{share}; beyond chance Krippendorff's alpha is {alpha.mean:.2f} ({alpha.low:.2f} to {alpha.high:.2f})."


def reliability(
    labels: Sequence[Hashable],
    items: Sequence[Hashable],
    clusters: Sequence[Hashable] | None = None,
    *,
    draws: int = DRAWS,
    seed: int = SEED,
) -> Reliability:
    """`labels[i]` is some rater's label of `items[i]`, whose cluster (its question) is `clusters[i]`.

    95 % BCa intervals over clusters, by default over items. ValueError: the lengths differ.
    """
    if len({len(labels), len(items), len(items if clusters is None else clusters)}) > 1:
        raise ValueError(f"{len(labels)} labels need as many items, and as many clusters, if any")
    nothing = Reliability(0, 0, Interval(0, None, 0.0, 1.0), Interval(0, None, -1.0, 1.0))
    if not labels:
        return nothing
    of_items, codes = numbered(items), numbered(labels)
    kinds = int(codes.max()) + 1
    counts = np.zeros((int(of_items.max()) + 1, kinds))
    np.add.at(counts, (of_items, codes), 1.0)
    rated = counts.sum(axis=1) > 1
    if not rated.any():
        return nothing
    firsts = np.unique(of_items, return_index=True)[1]
    groups = [firsts[at] if clusters is None else clusters[firsts[at]] for at in np.flatnonzero(rated)]
    totals = summed(_coincidences(counts[rated]), numbered(groups))
    observed, alpha = _intervals(totals, int(rated.sum()), draws=draws, seed=seed)
    return Reliability(items=int(rated.sum()), votes=int(counts[rated].sum()), observed=observed, alpha=alpha)


def _coincidences(counts: Floats) -> Floats:
    """Each item's pairs of labels, every label counting once: shape (items, kinds) to (items, kinds^2)."""
    pairs = counts[:, :, None] * counts[:, None, :] - counts[:, :, None] * np.eye(counts.shape[1])
    return np.asarray((pairs / (counts.sum(axis=1) - 1)[:, None, None]).reshape(len(counts), -1))


def _agreed(totals: Floats) -> Floats:
    """Observed agreement and alpha of each table of coincidences, shape (samples, kinds^2) to (samples, 2)."""
    observed, by_chance = _shares(totals)
    defined = by_chance < 1 - 1e-12
    alpha = np.where(defined, (observed - by_chance) / np.where(defined, 1 - by_chance, 1.0), np.nan)
    return np.column_stack([observed, alpha])


def _shares(totals: Floats) -> tuple[Floats, Floats]:
    """Agreement as it is, and as it would be if all labels were dealt out anew."""
    kinds = math.isqrt(totals.shape[1])
    tables = totals.reshape(-1, kinds, kinds)
    each = tables.sum(axis=2)
    n = each.sum(axis=1)
    return np.trace(tables, axis1=1, axis2=2) / n, (each * (each - 1)).sum(axis=1) / (n * (n - 1))


def _intervals(totals: Floats, items: int, *, draws: int, seed: int) -> tuple[Interval, Interval]:
    """Where nothing varies, or with few groups, as much disagreement as may yet come is allowed for."""
    whole = totals.sum(axis=0, keepdims=True)
    observed, by_chance = (float(share[0]) for share in _shares(whole))
    low, high = (ends.tolist() for ends in bca(totals, _agreed if by_chance < 1 else _observed, draws=draws, seed=seed))
    share = could_differ(len(totals))
    if low[0] == high[0] or len(totals) < FEWEST_GROUPS:
        bounds = observed - share * observed, observed + share * (1 - observed)
        low = [min(end, bound) for end, bound in zip(low, (bounds[0], _beyond(bounds[0], by_chance)), strict=False)]
        high = [max(end, bound) for end, bound in zip(high, (bounds[1], _beyond(bounds[1], by_chance)), strict=False)]
    raw = Interval(items, observed, low[0], high[0])
    if by_chance >= 1:
        return raw, Interval(items, None, -1.0, 1.0)
    return raw, Interval(items, _beyond(observed, by_chance), max(-1.0, low[1]), min(1.0, high[1]))


def _beyond(observed: float, by_chance: float) -> float:
    """Agreement beyond chance; meaningless where all agree by chance."""
    return (observed - by_chance) / max(1 - by_chance, 1e-12)


def _observed(totals: Floats) -> Floats:
    return _shares(totals)[0][:, None]
