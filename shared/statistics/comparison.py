"""Comparisons of arms over the questions that both answered: difference, interval, test, and a verdict.

What is not independent is said in three ways. `links` is question id -> the names of what it depends on (its
documents): questions with a name in common are not independent; one without stands alone. `clusters` says the same
with one name each. `runs` is question id -> its run, and `trained` names arms that differ between runs for having been
trained anew: with several runs, trainings are a sample as questions are.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from shared.statistics.clusters import links_of
from shared.statistics.judging import Judgement, Sliced, Verdict, judged
from shared.statistics.margins import Side
from shared.statistics.measuring import Measured, column, measured, span_of

ALL = "all"
Scores = Mapping[str, Mapping[str, float]]  # arm -> question id -> value of one measure


@dataclass(frozen=True)
class Comparison:
    """Arm a against arm b by one metric in one slice; every number is over the n questions that both have.

    `low` and `high` are this comparison's own 95 % limits, which exclude 0 exactly where `p` is below 0.05. `p_holm` is
    adjusted over the comparison's family, and `level` is what `p` is held against there. `detectable` is the
    smallest difference that is decided at that level in 80 % of cases; None where none is.

    `runs`: trainings that count as a sample, 0 where they do not. `one_training`: an arm was trained, and once, so that
    the comparison speaks of that adapter alone. `largest`: the share of questions that depend on one question at most.
    Against a `margin`: `p_equivalent` (adjusted), and which arm is `no_worse` than the other by more than it.
    `trivial`: decided, and smaller than the margin, or than a point of the measure's span where none is set.
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
    verdict: Verdict = "undecided"
    lower_is_better: bool = False
    level: float | None = None
    runs: int = 0
    one_training: bool = False
    largest: float = 0.0
    margin: float | None = None
    p_equivalent: float | None = None
    no_worse: Side | None = None
    trivial: bool = False


def compare(
    scores: Mapping[str, Scores],
    *,
    slices: Mapping[str, Collection[str]] | None = None,
    clusters: Mapping[str, str] | None = None,
    links: Mapping[str, Collection[str]] | None = None,
    runs: Mapping[str, str] | None = None,
    trained: Collection[str] = (),
    pairs: Sequence[tuple[str, str]] | None = None,
    sliced: Collection[tuple[str, str]] | None = None,
    margin: float | None = None,
    lower_is_better: Collection[str] = (),
) -> list[Comparison]:
    """Every pair of arms, by every metric, in every slice. What is decided is said by `shared.statistics.families`.

    `scores` is metric -> arm -> question id -> value; what was not measured is left out. `slices` is name -> question
    ids; `all` is always there and comes first. `pairs` and `sliced`, those that slices are looked at of, default to all
    in the arms' order. `margin` is in the measures' unit. Metrics in `lower_is_better` (latency) are won by the smaller
    mean. A metric outside [0, 1] is taken to span what was seen of it. For the others see the head of this file.
    ValueError: a value is not finite, a margin is not above 0, or a pair names an unknown arm or one arm twice.
    """
    if margin is not None and not margin > 0:
        raise ValueError(f"a margin is above 0, not {margin:g}")
    asked = list(_asked(scores, slices or {}, pairs, sliced))
    hang = links_of(clusters or {}) if links is None else links
    known = _known(scores, asked, hang, runs=runs or {}, trained=trained)
    whole = [pair for pair in known if pair.slice == ALL]
    lower = [pair for pair in known if pair.metric in lower_is_better]
    decided = judged(known, whole, _sliced(known), margin=margin, lower=lower)
    return [
        _comparison(pair, known[pair], decided[pair], margin, pair.metric in lower_is_better)
        if pair in known
        else Comparison(pair.metric, pair.slice, pair.a, pair.b, 0, 0)
        for pair in asked
    ]


@dataclass(frozen=True)
class _Pair:
    metric: str
    slice: str
    a: str
    b: str
    questions: tuple[str, ...]


def _asked(
    scores: Mapping[str, Scores],
    slices: Mapping[str, Collection[str]],
    pairs: Sequence[tuple[str, str]] | None,
    sliced: Collection[tuple[str, str]] | None,
) -> Iterator[_Pair]:
    wanted = {ALL: None} | {name: frozenset(questions) for name, questions in slices.items() if name != ALL}
    looked_at = None if sliced is None else {frozenset(pair) for pair in sliced}
    arms = {arm for by_arm in scores.values() for arm in by_arm}
    for a, b in pairs or ():
        if a == b or not {a, b} <= arms:
            raise ValueError(f"cannot compare {a!r} with {b!r}: name two of {', '.join(sorted(arms))}")
    for metric, by_arm in scores.items():
        for a, b in combinations(by_arm, 2) if pairs is None else pairs:
            both = sorted(by_arm.get(a, {}).keys() & by_arm.get(b, {}).keys())
            for name, chosen in wanted.items():
                if chosen is None or looked_at is None or frozenset((a, b)) in looked_at:
                    yield _Pair(metric, name, a, b, tuple(q for q in both if chosen is None or q in chosen))


def _known(
    scores: Mapping[str, Scores],
    asked: Sequence[_Pair],
    links: Mapping[str, Collection[str]],
    *,
    runs: Mapping[str, str],
    trained: Collection[str],
) -> dict[_Pair, Measured]:
    """Every pair that has questions; those over the same questions are measured at once."""
    together: dict[tuple[str, ...], list[_Pair]] = defaultdict(list)
    for pair in asked:
        together[pair.questions].append(pair)
    spans = {metric: span_of(by_arm) for metric, by_arm in scores.items()}
    known: dict[_Pair, Measured] = {}
    for questions, some in together.items():
        if questions:
            known |= zip(some, _measured(scores, some, spans, links, runs=runs, trained=trained), strict=True)
    return known


def _measured(
    scores: Mapping[str, Scores],
    pairs: Sequence[_Pair],
    spans: Mapping[str, float],
    links: Mapping[str, Collection[str]],
    *,
    runs: Mapping[str, str],
    trained: Collection[str],
) -> Iterator[Measured]:
    """Pairs over the same questions, all at once."""
    questions = pairs[0].questions
    return measured(
        np.column_stack([column(scores[pair.metric][pair.a], questions) for pair in pairs]),
        np.column_stack([column(scores[pair.metric][pair.b], questions) for pair in pairs]),
        questions,
        links,
        runs=runs,
        trained=np.array([float(pair.a in trained or pair.b in trained) for pair in pairs]),
        span=np.array([spans[pair.metric] for pair in pairs]),
    )


def _sliced(known: Collection[_Pair]) -> list[Sliced[_Pair]]:
    """The slices of each pair by each metric."""
    members: dict[tuple[str, str, str], list[_Pair]] = defaultdict(list)
    wholes: dict[tuple[str, str, str], _Pair] = {}
    for pair in known:
        key = pair.metric, pair.a, pair.b
        if pair.slice == ALL:
            wholes[key] = pair
        else:
            members[key].append(pair)
    return [Sliced(wholes[key], family) for key, family in members.items()]


def _comparison(
    pair: _Pair, numbers: Measured, decided: Judgement, margin: float | None, lower_is_better: bool
) -> Comparison:
    return Comparison(
        metric=pair.metric, slice=pair.slice, a=pair.a, b=pair.b, n=numbers.n, clusters=numbers.clusters,
        mean_a=numbers.mean_a, mean_b=numbers.mean_b, difference=numbers.difference, low=numbers.low,
        high=numbers.high, p=numbers.p, p_holm=decided.p_holm, mcnemar_p=numbers.mcnemar_p,
        detectable=decided.detectable, verdict=decided.verdict, lower_is_better=lower_is_better, level=decided.level,
        runs=numbers.runs, one_training=numbers.one_training, largest=numbers.largest, margin=margin,
        p_equivalent=decided.p_equivalent, no_worse=decided.no_worse, trivial=decided.trivial,
    )  # fmt: skip
