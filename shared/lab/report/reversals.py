"""Pairs of arms of which one is better on some slices and the other on others, so that the mix decides who leads."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from shared.lab.report.paired import Pair
from shared.scoring.catalogue import HEADLINE
from shared.statistics.comparison import Comparison
from shared.statistics.directions import crossover_p
from shared.statistics.significance import holm

LEVEL = 0.05


@dataclass(frozen=True)
class Reversal:
    """Slices where `a` is right more often (`for_a`) and where `b` is, by what was seen, with a minus b on each.

    `p`: that all slices point one way (Gail and Simon 1985); `p_holm` over the pairs that were looked at; `decided`
    below 5 %. `tips`: the share of the slices `for_b` among these questions from which on `b` leads over both kinds,
    each kind being as it was asked.
    """

    a: str
    b: str
    for_a: Mapping[str, float]
    for_b: Mapping[str, float]
    p: float
    p_holm: float
    decided: bool
    tips: float


def reversals(comparisons: Sequence[Comparison], slices: Sequence[str], pairs: Sequence[Pair]) -> list[Reversal]:
    """Of the telling pairs those with slices on both sides, the surest first. `slices` must have no question twice."""
    parts = {frozenset(pair): _parts(comparisons, slices, pair) for pair in pairs}
    tested = {pair: told for pair, told in parts.items() if len(told) > 1}
    chances = [crossover_p([(part.difference or 0.0, part.p or 1.0) for part in told]) for told in tested.values()]
    adjusted = holm(chances)
    told = [
        _reversal(both, chance, adjusted_chance)
        for both, chance, adjusted_chance in zip(tested.values(), chances, adjusted, strict=True)
        if {(part.difference or 0.0) > 0 for part in both if part.difference} == {True, False}
    ]
    return sorted(told, key=lambda reversal: (reversal.p, reversal.a, reversal.b))


def _parts(comparisons: Sequence[Comparison], slices: Sequence[str], pair: Pair) -> list[Comparison]:
    return [
        comparison
        for comparison in comparisons
        if comparison.metric == HEADLINE and comparison.slice in slices and {comparison.a, comparison.b} == set(pair)
    ]


def _reversal(parts: Sequence[Comparison], p: float, p_holm: float) -> Reversal:
    above = [part for part in parts if (part.difference or 0.0) > 0]
    below = [part for part in parts if (part.difference or 0.0) < 0]
    for_a, for_b = (_mean(side) for side in (above, below))
    return Reversal(
        parts[0].a,
        parts[0].b,
        dict(_differences(above)),
        dict(_differences(below)),
        p,
        p_holm,
        p_holm < LEVEL,
        tips=for_a / (for_a - for_b),
    )


def _differences(parts: Sequence[Comparison]) -> Iterator[tuple[str, float]]:
    yield from ((part.slice, part.difference or 0.0) for part in parts)


def _mean(parts: Sequence[Comparison]) -> float:
    return sum(part.n * (part.difference or 0.0) for part in parts) / sum(part.n for part in parts)
