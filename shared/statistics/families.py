"""One rule for many comparisons: Holm's procedure in families, and slices behind a gate.

On all questions every comparison of one call is one family. The slices of one pair of arms by one measure are a family
of their own, and are looked at only through a gate: the pair is decided on all questions, or the smallest p of its
slices, adjusted within the pair, is small among all pairs' (Benjamini and Hochberg 1995). Where no arms differ at all,
a report says anything false of slices in at most 5 % of cases; of a pair that does differ, anything false of its slices
in at most 5 %. (Families behind gates: Yekutieli 2008, Journal of the American Statistical Association 103.)

Holm's procedure (1979) counts, at each step, only comparisons that could have had so small a p at all: three questions
that differ cannot give a p below 0.25, and take nothing from the others (Tarone 1990, Biometrics 46; Westfall and
Wolfinger 1997, The American Statistician 51).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

LEVEL = 0.05


@dataclass(frozen=True)
class Adjusted:
    """`p` after the family's adjustment; `level`: what the comparison's own p is held against at its step."""

    p: float
    level: float


def stepdown(ps: Sequence[float], floors: Sequence[float] | None = None) -> list[Adjusted]:
    """Over one family, in the same order. `floors`: the smallest p that each could have had; 0 without."""
    order = np.argsort(ps, kind="stable")
    smallest = np.zeros(len(ps)) if floors is None else np.asarray(floors, dtype=np.float64)
    adjusted, running, level = dict[int, Adjusted](), 0.0, LEVEL
    for rank, at in enumerate(order.tolist()):
        remaining = smallest[order[rank:]]
        able = max(1, int((remaining <= ps[at]).sum()))
        if running < LEVEL:
            level = _level(remaining)
        running = max(running, min(1.0, able * ps[at]))
        adjusted[at] = Adjusted(running, level)
    return [adjusted[at] for at in range(len(ps))]


def _level(floors: np.ndarray[tuple[int], np.dtype[np.float64]]) -> float:
    """The largest 0.05 / k that at most k of these could stay below (Tarone's k)."""
    for k in range(1, len(floors) + 1):
        if (floors <= LEVEL / k).sum() <= k:
            return LEVEL / k
    return LEVEL / len(floors)


def gates(families: Sequence[Sequence[Adjusted]]) -> list[float]:
    """The p of each family's gate: its smallest adjusted p, adjusted over all families for the false discovery rate."""
    smallest = np.array([min((member.p for member in family), default=1.0) for family in families])
    order = np.argsort(-smallest, kind="stable")
    ranks = np.arange(len(smallest), 0, -1)
    stepped = np.minimum.accumulate(np.minimum(1.0, smallest[order] * len(smallest) / ranks))
    opened = np.empty(len(smallest))
    opened[order] = stepped
    return [float(p) for p in opened]
