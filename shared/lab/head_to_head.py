"""One arm held against each of the others over the same questions, as live standings do it.

By the headline: an arm that did not answer counts as the result says, and questions about one document are not taken
to be independent. Each pair has its share of 5 % for all pairs of the contest, since whoever looks chooses the arm.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import comb, nan

import numpy as np

from shared.messages import Difference, Result
from shared.question_clusters import Clusters
from shared.scoring.catalogue import HEADLINE
from shared.standings import marks_of
from shared.statistics.sequences import paired_limits

Values = Mapping[str, float]
"""Question id -> the headline's value; absent where it does not apply, or somebody may not see the answer."""


@dataclass(frozen=True)
class HeadToHead:
    """Over the `n` questions that have a value for both: `other` is `better` at so many of them, `worse` at so many.

    `difference`: `other` minus the chosen arm; None without such a question.
    """

    other: str
    n: int
    better: int
    worse: int
    difference: Difference | None

    @property
    def same(self) -> int:
        return self.n - self.better - self.worse


def clusters_of(results: Iterable[Result]) -> dict[str, tuple[int, ...]]:
    """Question id -> the clusters that it belongs to, taken in the order of the results."""
    clusters = Clusters(sqlite3.connect(":memory:"))
    return {result.question.question_id: clusters.of(marks_of(result).about) for result in results}


def head_to_head(
    values: Mapping[str, Values], chosen: str, others: Sequence[str], clusters: Mapping[str, tuple[int, ...]]
) -> list[HeadToHead]:
    """The chosen arm against each of the others, given the values of all arms that compete.

    A question in several clusters counts among the questions, and in no limit.
    """
    gaps = [_gaps(values[other], values[chosen]) for other in others]
    columns = [_means(gap, clusters) for gap in gaps]
    lows, highs = _limits(columns, 0.05 / max(1, comb(len(values), 2)))
    return [
        HeadToHead(
            other,
            n=len(gap),
            better=sum(value > 0 for value in gap.values()),
            worse=sum(value < 0 for value in gap.values()),
            difference=_difference(other, chosen, gap, column, (low, high)) if column else None,
        )
        for other, gap, column, low, high in zip(others, gaps, columns, lows, highs, strict=True)
    ]


def _gaps(other: Values, chosen: Values) -> dict[str, float]:
    return {name: other[name] - chosen[name] for name in other.keys() & chosen.keys()}


def _means(gaps: Values, clusters: Mapping[str, tuple[int, ...]]) -> dict[int, float]:
    """Of each cluster the mean over its questions."""
    members: dict[int, list[float]] = defaultdict(list)
    for name, gap in gaps.items():
        if len(clusters[name]) == 1:
            members[clusters[name][0]].append(gap)
    return {cluster: sum(own) / len(own) for cluster, own in members.items()}


def _limits(columns: Sequence[Mapping[int, float]], error: float) -> tuple[list[float], list[float]]:
    known = sorted({cluster for column in columns for cluster in column})
    means = np.array([[column.get(cluster, nan) for column in columns] for cluster in known], dtype=np.float64)
    lows, highs = paired_limits(means.reshape(len(known), len(columns)), error)
    return lows.tolist(), highs.tolist()


def _difference(
    other: str, chosen: str, gaps: Values, means: Mapping[int, float], limits: tuple[float, float]
) -> Difference:
    """Better is an arm by the limits, unless documents and questions say the opposite."""
    mean, over_questions = sum(means.values()) / len(means), sum(gaps.values()) / len(gaps)
    better = (
        other if limits[0] > 0 and over_questions >= 0 else chosen if limits[1] < 0 and over_questions <= 0 else None
    )
    return Difference(
        metric=HEADLINE, a=other, b=chosen, n=len(gaps), clusters=len(means), mean=mean,
        over_questions=over_questions, ci95=limits, interval="clustered_confidence_sequence", better=better,
    )  # fmt: skip
