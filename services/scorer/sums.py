"""Running sums of one slice, which are all that confidence sequences need, and the standing that they make.

Values are kept as whole numbers of 2^-30, so that adding and taking out again is exact and no order of results changes
a number. Nothing is resampled: intervals that hold however often one looks follow from n and the mean alone
(`shared/statistics/sequences.py`), so a standing costs the same after ten questions and after a million.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import combinations

from shared.messages import ContestTaken, Difference, Estimate, Standing
from shared.messages.results import IntervalKind
from shared.scoring.catalogue import HEADLINE
from shared.standings import Marks
from shared.statistics.sequences import mixture_interval

ONE = 2**30
MOST = 2.0**32
"""The largest value that is told from a larger one; its parts fit 64 bits."""
_KIND: IntervalKind = "confidence_sequence"
Column = tuple[str, str]
"""An arm and a metric."""


@dataclass(frozen=True)
class Counted:
    """What a question adds to the sums of its slice: each column's value in parts of `ONE`, and metric -> version.

    `contest` is the label of the one that it belongs to; nothing is added up over two of them.
    """

    contest: str
    slice: str
    values: Mapping[Column, int]
    versions: tuple[tuple[str, str], ...]


def counted(marks: Marks, contest: ContestTaken) -> Counted:
    """The marks of a contest's arms. Values outside [0, 1] stay what they are, up to MOST: see `Sums.standing`."""
    values = {(arm, metric): value for arm in contest.arm_names for metric, value in marks.values.get(arm, {}).items()}
    parts = {column: round(max(-MOST, min(MOST, value)) * ONE) for column, value in values.items()}
    return Counted(contest.label, marks.slice, parts, tuple(sorted(marks.metric_versions.items())))


def unbounded(contribution: Counted) -> set[str]:
    """Metrics with a value outside [0, 1], for which no interval of `mixture_interval` would hold."""
    return {metric for (_, metric), value in contribution.values.items() if not 0 <= value <= ONE}


class Sums:
    """Of one slice of one contest."""

    def __init__(self, contest: ContestTaken) -> None:
        self._contest = contest
        self._arms = contest.arm_names
        self._pairs = list(combinations(self._arms, 2))
        self._of: dict[Column, list[int]] = defaultdict(lambda: [0, 0])  # n and sum
        self._apart: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])  # the same of a minus b
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
            differences=() if HEADLINE in without else tuple(self._differences()),
            metric_versions={metric: "+".join(of_metric) for metric, of_metric in versions.items()},
            counted_at=self._counted_at,
        )

    def _estimates(self, arm: str, without: Collection[str]) -> Iterator[tuple[str, Estimate]]:
        for (other, metric), (n, total) in sorted(self._of.items()):
            if other == arm and n and metric not in without:
                interval = mixture_interval(n, total / ONE / n)
                yield metric, Estimate(n=n, mean=total / ONE / n, ci95=(interval.low, interval.high), interval=_KIND)

    def _differences(self) -> Iterator[Difference]:
        """All pairs together err ever in at most 5 %: each is given its share of that (Bonferroni)."""
        for a, b in self._pairs:
            n, total = self._apart.get((a, b), (0, 0))
            if n:
                mean = total / ONE / n
                interval = mixture_interval(n, mean, lowest=-1.0, error=0.05 / len(self._pairs))
                better = a if interval.low > 0 else b if interval.high < 0 else None
                yield Difference(metric=HEADLINE, a=a, b=b, n=n, mean=mean, ci95=(interval.low, interval.high),
                                 interval=_KIND, better=better)  # fmt: skip

    def _move(self, contribution: Counted, times: int) -> None:
        for column, value in contribution.values.items():
            _count(self._of[column], value, times)
        for a, b in self._pairs:
            ours, theirs = contribution.values.get((a, HEADLINE)), contribution.values.get((b, HEADLINE))
            if ours is not None and theirs is not None:
                _count(self._apart[a, b], ours - theirs, times)
        for version in contribution.versions:
            self._versions[version] += times


def _count(sums: list[int], value: int, times: int) -> None:
    sums[0] += times
    sums[1] += times * value
