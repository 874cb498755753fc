"""Means over another mix of strata than the one that was asked: post-stratification.

The mean of each stratum, weighed by what the stratum has of the wanted mix (Holt and Smith 1979, JRSS A 142). As in
`risk_coverage`, the number is told as a column with one value for each question: its mean is the weighed mean, and its
spread is the sampling error, which is that within strata (Särndal, Swensson and Wretman 1992, section 7.6). How many
questions of each stratum were asked says nothing about the mix and is no source of error.
"""

from collections import defaultdict
from collections.abc import Mapping
from math import sqrt

import numpy as np

from shared.statistics.resampling import Floats

FEWEST = 2  # questions of a stratum: one alone does not say how far two lie apart
Column = dict[str, float]


def covered(strata: Mapping[str, str], weights: Mapping[str, float]) -> dict[str, float]:
    """The strata with a weight and enough questions, and what each has of their weights together.

    `strata`: question -> its stratum. ValueError: none of the weighed strata has enough questions.
    """
    sizes: dict[str, int] = defaultdict(int)
    for stratum in strata.values():
        sizes[stratum] += 1
    kept = {name: weight for name, weight in weights.items() if weight > 0 and sizes[name] >= FEWEST}
    total = sum(kept.values())
    return {name: weight / total for name, weight in kept.items()}


def column(values: Mapping[str, float], strata: Mapping[str, str], weights: Mapping[str, float]) -> Column:
    """Question -> a value whose mean is the mean of `values` in the mix `weights`; questions outside it are left out.

    Empty where no stratum with a weight has enough questions.
    """
    mix = covered({question: strata[question] for question in values}, weights)
    by_stratum: dict[str, list[str]] = {name: [] for name in mix}
    for question in sorted(values):
        if strata[question] in mix:
            by_stratum[strata[question]].append(question)
    n = sum(map(len, by_stratum.values()))
    means = {name: sum(values[q] for q in members) / len(members) for name, members in by_stratum.items()}
    mean = sum(mix[name] * means[name] for name in mix)
    linear: Column = {}
    for name, members in by_stratum.items():
        size = len(members)
        # As many degrees as the deviations have: with few questions of a stratum the plain spread is too small.
        scale = mix[name] * n / size * sqrt(size / (size - 1))
        linear |= {question: mean + scale * (values[question] - means[name]) for question in members}
    return linear


def error_of_the_mix(
    values: Mapping[str, float], strata: Mapping[str, str], weights: Mapping[str, float], *, counted: int
) -> float:
    """The variance that a mix counted from so many questions brings, as shares of a sample; a mix that is given: 0."""
    mix = covered({question: strata[question] for question in values}, weights)
    if not counted or not mix:
        return 0.0
    means = {name: np.mean([values[q] for q in values if strata[q] == name]) for name in mix}
    mean = sum(mix[name] * means[name] for name in mix)
    return float(sum(mix[name] * (means[name] - mean) ** 2 for name in mix)) / counted


def error_of_sameness(
    values: Mapping[str, float],
    strata: Mapping[str, str],
    weights: Mapping[str, float],
    ends: tuple[float, float],
) -> float:
    """The variance that strata lack whose values happen to be all alike, or nearly so, weighed by the mix.

    As Agresti and Coull (1998) do for one share and Agresti and Min (2005) for paired ones, each stratum's spread is
    taken to be at least what it is with the `ends` of the scale added, half a question each.
    """
    mix = covered({question: strata[question] for question in values}, weights)
    lacking = 0.0
    for name, share in mix.items():
        seen = np.array([[values[question]] for question in values if strata[question] == name])
        lacking += share**2 * float(lacking_of(seen, np.array(ends)[:, None])[0])
    return lacking


def lacking_of(seen: Floats, ends: Floats) -> Floats:
    """The same of one stratum, for each column: of values, shape (n, columns), and of ends, shape (2, columns)."""
    both, mass = np.concatenate([seen, ends]), np.concatenate([np.ones(len(seen)), np.full(2, 0.5)])
    mean = np.average(both, axis=0, weights=mass)
    spread = np.average((both - mean) ** 2, axis=0, weights=mass) / mass.sum()
    lacking: Floats = np.maximum(0.0, spread - seen.var(axis=0, ddof=1) / len(seen))
    return lacking


def sides(
    first: Mapping[str, float], second: Mapping[str, float], strata: Mapping[str, str], weights: Mapping[str, float],
    clusters: Mapping[str, str], *, most: float, counted: int = 0,
) -> tuple[Column, Column]:  # fmt: skip
    """Both sides as columns of their weighed means, whose difference has the error of the difference.

    Question -> its value, of both sides the same questions; `most`: how far two values can lie apart, `counted`: from
    how many questions the mix was counted, 0 where it is given. Empty where no stratum with a weight has enough.
    """
    weighed = [column(values, strata, weights) for values in (first, second)]
    apart = {question: first[question] - second[question] for question in first}
    linear = {question: weighed[0][question] - weighed[1][question] for question in weighed[0]}
    hidden = error_of_sameness(apart, strata, weights, (-most, most))
    hidden += error_of_the_mix(apart, strata, weights, counted=counted)
    factor = stretched(linear, clusters, hidden)
    return stretch(weighed[0], factor), stretch(weighed[1], factor)


def stretched(linear: Mapping[str, float], clusters: Mapping[str, str], variance: float) -> float:
    """By how much a column's deviations must be stretched so that its error holds this variance as well."""
    own = variance_of(linear, clusters)
    return sqrt(1 + variance / own) if own > 0 else 1.0


def stretch(linear: Mapping[str, float], factor: float) -> Column:
    """The column with its mean, and deviations that are so many times as large."""
    mean = sum(linear.values()) / len(linear) if linear else 0.0
    return {question: mean + factor * (value - mean) for question, value in linear.items()}


def variance_of(linear: Mapping[str, float], clusters: Mapping[str, str]) -> float:
    """Of the column's mean, over clusters."""
    if not linear:
        return 0.0
    mean = sum(linear.values()) / len(linear)
    sums: dict[str, float] = defaultdict(float)
    for question, value in linear.items():
        sums[clusters[question]] += value - mean
    return sum(total**2 for total in sums.values()) / len(linear) ** 2
