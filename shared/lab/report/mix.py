"""How often arms are right over a reader's mix of questions instead of the mix that happened to be asked.

Slices are the strata of `shared.statistics.post_stratified`. The weight of a slice is that of all its questions; what
is right counts answerable ones, so that it enters with the share of them that has an answer, as it was asked.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from shared.contests.parts import Square
from shared.lab.report.design import INTERACTION, Effect, crossed
from shared.lab.report.paired import Pair, answerable, each, shares_of
from shared.lab.report.rule import Rule
from shared.lab.report.scores import Scores, within
from shared.lab.report.weights import Weights
from shared.messages import Result
from shared.scoring.catalogue import HEADLINE
from shared.source_files import DataError
from shared.statistics import post_stratified
from shared.statistics.comparison import Comparison
from shared.statistics.intervals import Interval


@dataclass(frozen=True)
class Mix:
    """`read_from`: whose mix it is; empty: that of the questions asked, and nothing is weighed.

    `asked`: slice -> its share of the answerable questions asked; `wanted`: its share of the mix. `uncovered`: slices
    of the mix of which too few answerable questions were asked -> their share of the mix's answerable questions, as
    far as that is known; everything here is over the others. `unweighed`: slices that were asked and that the mix has
    not. `arms`: how often each is right in the mix. `comparisons` are the telling pairs and `effects` the averages and
    the interaction of the 2 x 2, a family each for Holm's adjustment.
    """

    read_from: str
    counted: int
    asked: Mapping[str, float]
    wanted: Mapping[str, float]
    uncovered: Mapping[str, float]
    unweighed: tuple[str, ...]
    arms: Mapping[str, Interval]
    comparisons: tuple[Comparison, ...]
    effects: tuple[Effect, ...]


@dataclass(frozen=True)
class _Strata:
    """Question -> slice of the answerable ones; slice -> weight; and what the weights were counted from."""

    of: Mapping[str, str]
    weights: Mapping[str, float]
    counted: int


def mix(
    results: Sequence[Result],
    is_right: Scores,
    pairs: Sequence[Pair],
    square: Square,
    rule: Rule,
    weights: Weights,
) -> Mix:
    """`is_right`: arm -> question -> right or not. Only arms with values take part.

    DataError: no slice that was asked has a weight.
    """
    known = answerable(results)
    scored = {question for column in is_right.values() for question in column if question in known}
    of = {r.question.question_id: r.question.slice for r in results if r.question.question_id in scored}
    sizes = Counter(of.values())
    asked = {name: size / len(of) for name, size in sorted(sizes.items())}
    if not weights.by_slice or not of:
        return Mix("", 0, asked, {}, {}, (), {}, (), ())
    strata = _Strata(of, _answerable_weights(results, known, weights.by_slice), weights.counted)
    wanted = post_stratified.covered(of, strata.weights)
    if not wanted:
        raise DataError(
            f"{weights.read_from} weighs no slice of which two questions have a score; those slices are: "
            f"{', '.join(sorted(sizes))}"
        )
    total = sum(strata.weights.values())
    columns = {arm: within(column, of) for arm, column in is_right.items()}
    return Mix(
        read_from=weights.read_from,
        counted=weights.counted,
        asked=asked,
        wanted=wanted,
        uncovered={name: weight / total for name, weight in strata.weights.items() if weight and name not in wanted},
        unweighed=tuple(sorted(name for name in sizes if not strata.weights.get(name))),
        arms=_arms(columns, strata, rule),
        comparisons=tuple(effect.comparison for effect in _told(_pairs(pairs), columns, strata, rule)),
        effects=tuple(_told(_crossed(square), columns, strata, rule)),
    )


def _answerable_weights(results: Sequence[Result], known: set[str], by_slice: Mapping[str, float]) -> dict[str, float]:
    """Slice -> its weight among answerable questions; one that was not asked is taken to be answerable."""
    put, with_answer = Counter[str](), Counter[str]()
    for result in results:
        if result.question.references is not None:
            put[result.question.slice] += 1
            with_answer[result.question.slice] += result.question.question_id in known
    return {name: weight * (with_answer[name] / put[name] if put[name] else 1.0) for name, weight in by_slice.items()}


def _arms(columns: Scores, strata: _Strata, rule: Rule) -> dict[str, Interval]:
    linear = {}
    for arm, column in columns.items():
        if weighed := post_stratified.column(column, strata.of, strata.weights):
            linear[arm] = post_stratified.stretch(weighed, _factor(column, weighed, strata, rule, (0.0, 1.0)))
    return {arm: told for (_, arm), told in shares_of({("", arm): c for arm, c in linear.items()}, rule).items()}


_Contrast = tuple[str, tuple[str, ...], tuple[str, ...], float]  # what, arms with it, arms without, weight of each


def _pairs(pairs: Sequence[Pair]) -> Iterator[_Contrast]:
    yield from ((f"{more} against {less}", (more,), (less,), 1.0) for more, less in pairs)


def _crossed(square: Square) -> Iterator[_Contrast]:
    yield from ((what, more, less, 1.0 if what == INTERACTION else 0.5) for what, more, less in crossed(square))


def _told(contrasts: Iterator[_Contrast], columns: Scores, strata: _Strata, rule: Rule) -> Iterator[Effect]:
    """All contrasts whose arms have common questions, as one family."""
    names, scores = dict[str, Pair](), dict[str, Scores]()
    for what, more, less, weight in contrasts:
        if sides := _sides(more, less, weight, columns, strata, rule):
            names[what] = (" and ".join(more), " and ".join(less))
            scores[what] = dict(zip(names[what], sides, strict=True))
    for comparison in each(scores, rule):
        what = comparison.metric
        yield Effect(what, *names[what], replace(comparison, metric=HEADLINE))


def _sides(
    more: tuple[str, ...],
    less: tuple[str, ...],
    weight: float,
    columns: Scores,
    strata: _Strata,
    rule: Rule,
) -> list[dict[str, float]] | None:
    """Both sides as columns of the weighed mean, whose difference has the error of the difference."""
    if any(not columns.get(arm) for arm in (*more, *less)):
        return None
    common = set.intersection(*(set(columns[arm]) for arm in (*more, *less)))
    sums = [
        {question: weight * sum(columns[arm][question] for arm in side) for question in sorted(common)}
        for side in (more, less)
    ]
    weighed = post_stratified.sides(
        sums[0], sums[1], strata.of, strata.weights, rule.clusters, most=weight * len(more), counted=strata.counted
    )
    return [*weighed] if weighed[0] else None


def _factor(
    values: Mapping[str, float],
    linear: Mapping[str, float],
    strata: _Strata,
    rule: Rule,
    ends: tuple[float, float],
) -> float:
    """What slices that happen to be all alike hide of the error, and what a mix counted from a sample adds to it."""
    hidden = post_stratified.error_of_sameness(values, strata.of, strata.weights, ends)
    counted = post_stratified.error_of_the_mix(values, strata.of, strata.weights, counted=strata.counted)
    return post_stratified.stretched(linear, rule.clusters, hidden + counted)
