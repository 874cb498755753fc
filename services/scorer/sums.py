"""Running sums of one slice, which are all that confidence sequences need, and the standing that they make.

Values are kept as whole numbers of 2^-30, so that adding and taking out again is exact and no order of results changes
a number. Nothing is resampled: intervals that hold however often one looks follow from sums over questions and over
clusters of them (`shared/statistics/sequences.py`), so a standing costs the same after ten questions and after a
million. Of each cluster its own sums are kept on disk.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property

import numpy as np

from services.scorer.clusters import ClusterRows, Whole
from services.scorer.differences import KIND, ONE, Differences
from services.scorer.names import Names
from shared.messages import ContestTaken, Estimate, Standing
from shared.scoring.catalogue import HEADLINE
from shared.standings import Marks
from shared.statistics.sequences import mixture_interval

MOST = 2.0**32
"""The largest value that is told from a larger one; its parts fit 64 bits."""
Column = tuple[str, str]
"""An arm and a metric."""


@dataclass(frozen=True)
class Counted:
    """What a question adds to the sums of its slice: each column's value in parts of `ONE`, and metric -> version.

    `contest` is the label of the one that it belongs to; nothing is added up over two of them. A question in several
    `clusters` would bind them together: it counts in the means of arms, and not in what arms differ by.
    """

    contest: str
    slice: str
    values: Mapping[Column, int]
    versions: tuple[tuple[str, str], ...]
    clusters: tuple[int, ...] = ()

    @cached_property
    def metrics(self) -> frozenset[str]:
        return frozenset(metric for _, metric in self.values)


def counted(marks: Marks, contest: ContestTaken, clusters: tuple[int, ...]) -> Counted:
    """The marks of a contest's arms, of a question in these clusters.

    Values outside [0, 1] stay what they are, up to MOST: see `Sums.standing`.
    """
    values = {(arm, metric): value for arm in contest.arm_names for metric, value in marks.values.get(arm, {}).items()}
    parts = {column: round(max(-MOST, min(MOST, value)) * ONE) for column, value in values.items()}
    return Counted(contest.label, marks.slice, parts, tuple(sorted(marks.metric_versions.items())), clusters)


def unbounded(contribution: Counted) -> set[str]:
    """Metrics with a value outside [0, 1], for which no interval of `mixture_interval` would hold."""
    return {metric for (_, metric), value in contribution.values.items() if not 0 <= value <= ONE}


class Sums:
    """Of one slice of one contest. `rows` keeps the sums of its clusters, by `number`."""

    def __init__(self, contest: ContestTaken, rows: ClusterRows, number: int) -> None:
        self._contest = contest
        self._arms = contest.arm_names
        self._rows, self._number = rows, number
        self._of: dict[Column, list[int]] = defaultdict(lambda: [0, 0])  # n and sum
        self._metrics = Names[str]()
        self._squares: Counter[str] = Counter()  # metric -> sum of its clusters' squared numbers of questions
        self._differences = Differences(self._arms)
        self._versions: Counter[tuple[str, str]] = Counter()
        self._counted_at = datetime.min.replace(tzinfo=UTC)

    def add(self, contribution: Counted, at: datetime) -> None:
        """Count a question whose result was scored `at`."""
        self._move(contribution, 1)
        self._counted_at = max(self._counted_at, at)

    def take_out(self, contribution: Counted) -> None:
        """Undo what was added before."""
        self._move(contribution, -1)

    def standing(self, name: str, without: Collection[str] = ()) -> Standing | None:
        """Means, differences and their confidence sequences, but for some metrics; None where no question is left."""
        versions: dict[str, list[str]] = defaultdict(list)
        for metric, version in sorted(+self._versions):
            versions[metric].append(version)
        estimates = {arm: dict(self._estimates(arm, without)) for arm in self._arms}
        if not any(estimates.values()):
            return None
        return Standing(
            slice=name,
            contest=self._contest,
            arms=estimates,
            differences=() if HEADLINE in without else tuple(self._differences.all()),
            metric_versions={metric: "+".join(of_metric) for metric, of_metric in versions.items()},
            counted_at=self._counted_at,
        )

    def _estimates(self, arm: str, without: Collection[str]) -> Iterator[tuple[str, Estimate]]:
        for (other, metric), (n, total) in sorted(self._of.items()):
            if other == arm and n and metric not in without:
                mean, effective_n = total / ONE / n, n * n / max(n, self._squares[metric])
                interval = mixture_interval(n, mean, effective_n=effective_n)
                ci95 = (interval.low, interval.high)
                yield metric, Estimate(n=n, mean=mean, ci95=ci95, interval=KIND, effective_n=effective_n)

    def _move(self, contribution: Counted, times: int) -> None:
        for column, value in contribution.values.items():
            sums = self._of[column]
            sums[0] += times
            sums[1] += times * value
        headline = {arm: value for (arm, metric), value in contribution.values.items() if metric == HEADLINE}
        question = times * self._differences.of(headline)
        self._differences.count(question)
        for cluster in contribution.clusters:
            self._move_in(cluster, contribution, times, question if len(contribution.clusters) == 1 else 0 * question)
        for version in contribution.versions:
            self._versions[version] += times

    def _move_in(self, cluster: int, contribution: Counted, times: int, question: Whole) -> None:
        """The cluster's row has what the pairs need, then by metric the number of questions."""
        width = self._differences.width
        kept = self._rows.get(self._number, cluster)
        numbers = {metric: width + self._metrics.number(metric) for metric in contribution.metrics}
        row = np.zeros(max(len(kept), width, *(number + 1 for number in numbers.values())), dtype=np.int64)
        row[: len(kept)] = kept
        after = row[:width] + question.ravel()
        self._differences.replace(row[:width], after)
        row[:width] = after
        for metric, number in numbers.items():
            n = int(row[number])
            self._squares[metric] += (n + times) ** 2 - n**2
            row[number] = n + times
        self._rows.put(self._number, cluster, row)
