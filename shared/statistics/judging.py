"""What is decided of many measured pairs: families, their gates, margins, and what each could have shown."""

from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

import numpy as np

from shared.statistics.families import LEVEL, Adjusted, gates, stepdown
from shared.statistics.margins import Against, Side, trivial
from shared.statistics.measuring import Measured

K = TypeVar("K", bound=Hashable)
Verdict = Literal["a", "b", "equivalent", "undecided"]


@dataclass(frozen=True)
class Judgement:
    """What a comparison says after all others are taken into account; see `Comparison`."""

    p_holm: float
    level: float
    detectable: float | None
    verdict: Verdict
    p_equivalent: float | None
    no_worse: Side | None
    trivial: bool


@dataclass(frozen=True)
class Sliced(Generic[K]):
    """The slices of one pair by one metric: a family, behind the gate that `whole` opens where that is decided."""

    whole: K
    members: Sequence[K]


def judged(
    known: Mapping[K, Measured],
    whole: Sequence[K],
    sliced: Sequence[Sliced[K]],
    *,
    margin: float | None,
    lower: Collection[K] = (),
) -> dict[K, Judgement]:
    """Every comparison of the family `whole` and of all `sliced`. `lower`: those that the smaller mean wins."""
    adjusted = _adjusted(whole, sliced, {key: (pair.p, pair.floor) for key, pair in known.items()})
    below = above = dict[K, Adjusted]()
    if margin is not None:
        below, above = (_adjusted(whole, sliced, _far(known, margin, sign)) for sign in (-1.0, 1.0))
    return {
        key: _judgement(
            pair, adjusted[key], Against(below[key].p, above[key].p) if margin is not None else None,
            margin=margin, lower_is_better=key in lower,
        )
        for key, pair in known.items()
    }  # fmt: skip


def _far(known: Mapping[K, Measured], margin: float, sign: float) -> dict[K, tuple[float, float]]:
    """Twice the one-sided p that the difference lies beyond the margin, below (-1) or above it (1)."""
    far: dict[K, tuple[float, float]] = {}
    for key, pair in known.items():
        turned = pair.estimates if sign < 0 else pair.estimates.turned()
        fewest = min(1.0, 2.0 ** (1 - pair.clusters))
        far[key] = max(fewest, float(turned.p_above(np.array([-margin]))[0])), fewest
    return far


def _adjusted(
    whole: Sequence[K], sliced: Sequence[Sliced[K]], ps: Mapping[K, tuple[float, float]]
) -> dict[K, Adjusted]:
    """Each p in its family; `ps` holds p and the smallest that it could have been."""
    overall = dict(zip(whole, _family(whole, ps), strict=True))
    families = [_family(family.members, ps) for family in sliced]
    adjusted = dict(overall)
    for family, within, gate in zip(sliced, families, gates(families), strict=True):
        opened = family.whole in overall and overall[family.whole].p < LEVEL
        least = 0.0 if opened else gate
        adjusted |= {
            key: Adjusted(max(least, member.p), member.level)
            for key, member in zip(family.members, within, strict=True)
        }
    return adjusted


def _family(members: Sequence[K], ps: Mapping[K, tuple[float, float]]) -> list[Adjusted]:
    return stepdown([ps[key][0] for key in members], [ps[key][1] for key in members])


def _judgement(
    pair: Measured, adjusted: Adjusted, against: Against | None, *, margin: float | None, lower_is_better: bool
) -> Judgement:
    """Better where the adjusted p is below 0.05; equivalent, also where it is, where the margin holds all of it."""
    differs = adjusted.p < LEVEL
    verdict: Verdict = "undecided"
    if against is not None and against.equivalent < LEVEL:
        verdict = "equivalent"
    elif differs:
        verdict = "a" if (pair.difference > 0) != lower_is_better else "b"
    return Judgement(
        p_holm=adjusted.p,
        level=adjusted.level,
        detectable=pair.detectable(adjusted.level),
        verdict=verdict,
        p_equivalent=None if against is None else against.equivalent,
        no_worse=None if against is None else against.no_worse(lower_is_better=lower_is_better),
        trivial=differs and trivial(pair.low, pair.high, margin=margin, span=pair.span),
    )
