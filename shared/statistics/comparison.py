"""Comparisons of arms over the questions that both answered: difference, interval, tests, and a verdict."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Literal

import numpy as np

from shared.statistics import significance
from shared.statistics.intervals import finite, mean_limits
from shared.statistics.resampling import DRAWS, SEED, Floats, Integers, numbered, summed

ALL = "all"
Scores = Mapping[str, Mapping[str, float]]  # arm -> question id -> value of one measure
_TOGETHER = 256  # columns drawn at once: 10,000 draws of them are 20 MB
_FLIPS_FOR_EACH = 40  # Holm over m comparisons asks for p < 0.05 / m, and p is never below 1 / flips


@dataclass(frozen=True)
class Comparison:
    """Arm a against arm b by one metric in one slice; every number is over the n questions that both have.

    `low` and `high` are this comparison's own 95 % limits; `p_holm` is adjusted over all comparisons of one call.
    `detectable` is for one comparison alone and None where no difference whatever could have shown.
    """

    metric: str
    slice: str
    a: str
    b: str
    n: int
    clusters: int
    mean_a: float | None = None
    mean_b: float | None = None
    difference: float | None = None
    low: float | None = None
    high: float | None = None
    p: float | None = None
    p_holm: float | None = None
    mcnemar_p: float | None = None
    detectable: float | None = None
    verdict: Literal["a", "b", "undecided"] = "undecided"
    lower_is_better: bool = False


def compare(
    scores: Mapping[str, Scores],
    *,
    slices: Mapping[str, Collection[str]] | None = None,
    clusters: Mapping[str, str] | None = None,
    pairs: Sequence[tuple[str, str]] | None = None,
    draws: int = DRAWS,
    seed: int = SEED,
    lower_is_better: Collection[str] = (),
    apart: Collection[str] = (),
) -> list[Comparison]:
    """Every pair of arms, by every metric, in every slice; what is returned forms one family for Holm's adjustment.

    Slices named in `apart` form a family of their own: many slices must not blur what all questions tell.

    `scores` is metric -> arm -> question id -> value; what was not measured is left out. `slices` is name -> question
    ids; `all` is always there and comes first. `clusters` is question id -> what it depends on (its document): such
    questions are drawn and flipped together; a question without one stands alone. `pairs` defaults to every pair in
    the arms' order. Metrics in `lower_is_better` (latency, perplexity) are won by the smaller mean. A metric outside
    [0, 1] is taken to span what was seen of it. The draws of the permutation test rise with the family.
    ValueError: a value is not finite, or a pair names an unknown arm or one arm twice.
    """
    asked = list(_asked(scores, slices or {}, pairs))
    together: dict[tuple[str, ...], list[_Pair]] = defaultdict(list)
    for pair in asked:
        together[pair.questions].append(pair)
    flips = max(draws, _FLIPS_FOR_EACH * sum(bool(pair.questions) for pair in asked))
    compared: dict[_Pair, Comparison] = {}
    for questions, same in together.items():
        groups = _groups(questions, clusters or {})
        for at in range(0, len(same), _TOGETHER):
            some = same[at : at + _TOGETHER]
            measured = _measured(scores, some, groups, draws=draws, flips=flips, seed=seed)
            compared |= dict(zip(some, measured, strict=True))
    return _judged([compared[pair] for pair in asked], lower_is_better, apart)


@dataclass(frozen=True)
class _Pair:
    metric: str
    slice: str
    a: str
    b: str
    questions: tuple[str, ...]


def _asked(
    scores: Mapping[str, Scores], slices: Mapping[str, Collection[str]], pairs: Sequence[tuple[str, str]] | None
) -> Iterator[_Pair]:
    wanted = {ALL: None} | {name: frozenset(questions) for name, questions in slices.items() if name != ALL}
    arms = {arm for by_arm in scores.values() for arm in by_arm}
    for a, b in pairs or ():
        if a == b or not {a, b} <= arms:
            raise ValueError(f"cannot compare {a!r} with {b!r}: name two of {', '.join(sorted(arms))}")
    for metric, by_arm in scores.items():
        for a, b in combinations(by_arm, 2) if pairs is None else pairs:
            both = sorted(by_arm.get(a, {}).keys() & by_arm.get(b, {}).keys())
            for name, chosen in wanted.items():
                yield _Pair(metric, name, a, b, tuple(q for q in both if chosen is None or q in chosen))


def _groups(questions: Sequence[str], clusters: Mapping[str, str]) -> Integers:
    return numbered([(True, clusters[q]) if q in clusters else (False, q) for q in questions])


def _measured(
    scores: Mapping[str, Scores],
    pairs: Sequence[_Pair],
    groups: Integers,
    *,
    draws: int,
    flips: int,
    seed: int,
) -> Iterator[Comparison]:
    """Pairs over the same questions, drawn and flipped together."""
    if not len(groups):
        yield from (Comparison(pair.metric, pair.slice, pair.a, pair.b, 0, 0) for pair in pairs)
        return
    spans = {metric: _span(scores[metric]) for metric in {pair.metric for pair in pairs}}
    a = np.column_stack([_column(scores[pair.metric][pair.a], pair.questions) for pair in pairs])
    b = np.column_stack([_column(scores[pair.metric][pair.b], pair.questions) for pair in pairs])
    width = np.array([spans[pair.metric] for pair in pairs])
    totals = summed(np.column_stack([a - b, np.ones(len(groups))]), groups)
    low, high = mean_limits(totals, -width, width, draws=draws, seed=seed)
    p = significance.sign_flip(totals[:, :-1], draws=flips, seed=seed)
    for at, pair in enumerate(pairs):
        yield Comparison(
            metric=pair.metric, slice=pair.slice, a=pair.a, b=pair.b, n=len(groups), clusters=len(totals),
            mean_a=float(a[:, at].mean()), mean_b=float(b[:, at].mean()), difference=float((a - b)[:, at].mean()),
            low=float(low[at]), high=float(high[at]), p=float(p[at]),
            mcnemar_p=significance.mcnemar(a[:, at], b[:, at]) if len(totals) == len(groups) else None,
            detectable=significance.detectable(totals[:, at], totals[:, -1], float(width[at])),
        )  # fmt: skip


def _column(values: Mapping[str, float], questions: Sequence[str]) -> Floats:
    return finite([values[question] for question in questions])


def _span(by_arm: Scores) -> float:
    """How far two values of a metric can lie apart: 1 on the scale [0, 1], else as far as any two that were seen."""
    seen = finite([value for values in by_arm.values() for value in values.values()])
    return 1.0 if seen.min() >= 0 and seen.max() <= 1 else float(np.ptp(seen))


def _judged(
    comparisons: Sequence[Comparison], lower_is_better: Collection[str], apart: Collection[str]
) -> list[Comparison]:
    adjusted: dict[int, float] = {}
    for alone in (True, False):
        tested = [
            at
            for at, comparison in enumerate(comparisons)
            if comparison.p is not None and (comparison.slice in apart) == alone
        ]
        adjusted |= dict(zip(tested, significance.holm([comparisons[at].p or 0.0 for at in tested]), strict=True))
    return [
        _verdict(comparison, adjusted.get(at), comparison.metric in lower_is_better)
        for at, comparison in enumerate(comparisons)
    ]


def _verdict(comparison: Comparison, p_holm: float | None, lower_is_better: bool) -> Comparison:
    """Decided by an adjusted p below 0.05 and an interval without 0; both must agree."""
    verdict: Literal["a", "b", "undecided"] = "undecided"
    if p_holm is not None and p_holm < 0.05 and comparison.low is not None and comparison.high is not None:
        if comparison.low > 0:
            verdict = "b" if lower_is_better else "a"
        elif comparison.high < 0:
            verdict = "a" if lower_is_better else "b"
    return replace(comparison, p_holm=p_holm, verdict=verdict, lower_is_better=lower_is_better)
