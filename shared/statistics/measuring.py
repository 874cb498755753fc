"""Two arms over the same questions, measured: means, difference, interval, test, and what could have shown."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np

from shared.statistics import significance
from shared.statistics.clusters import Layout, by_group, layout
from shared.statistics.errors import Estimates, estimated, quantile
from shared.statistics.families import LEVEL
from shared.statistics.intervals import finite
from shared.statistics.resampling import Floats, summed
from shared.statistics.significance import EQUAL


@dataclass(frozen=True)
class Measured:
    """One pair of arms by one metric, before anything else is taken into account.

    `floor`: the smallest p that it could have had. `differing`: groups that differ, where the exact test counts them.
    `estimates` has one column; `span` is how far two values can lie apart.
    """

    n: int
    clusters: int
    largest: float
    runs: int
    one_training: bool
    mean_a: float
    mean_b: float
    difference: float
    low: float
    high: float
    p: float
    floor: float
    mcnemar_p: float | None
    differing: int | None
    estimates: Estimates
    span: float

    def detectable(self, level: float) -> float | None:
        """The smallest mean difference that is decided at `level` in 80 % of cases; None where none can be.

        From the standard error, by Student's t (Bloom 1995). For right and wrong a difference brings questions that
        differ with it: those that the loser wins stay as they are, and the winner's grow. There it is also never less
        than where the exact test has enough differing groups in 80 % of cases. Conservative, and never a power
        calculated from the difference that was observed.
        """
        needed = significance.fewest(level)
        if self.clusters < needed:
            return None
        reach = float(quantile(1 - level / 2, self.estimates.freedom)[0] + quantile(0.8, self.estimates.freedom)[0])
        smallest = reach * float(self.estimates.error[0]) / self.estimates.kept
        if self.differing is not None:
            smallest = max(smallest, self._with_its_own_spread(reach) + self.span / self.clusters)
            if self.differing < needed:
                smallest = max(smallest, self.span * significance.share_that_shows(self.clusters, needed))
            return min(smallest, self.span)  # all groups one way are decided
        return smallest if smallest <= self.span else None

    def _with_its_own_spread(self, reach: float) -> float:
        """The difference d with d = reach x its error, where d + what the loser wins is the share that differs."""
        centre = abs(float(self.estimates.centre[0])) / self.span
        differing = ((self.differing or 0) + 2) / (self.clusters + 2)
        ratio = (reach * float(self.estimates.error[0]) / self.span) ** 2 / max(differing - centre**2, EQUAL)
        lost = max(differing - centre, 0.0)
        return self.span * (ratio + sqrt(ratio**2 + 4 * (1 + ratio) * lost * ratio)) / (2 * (1 + ratio))


def measured(
    a: Floats,
    b: Floats,
    questions: Sequence[str],
    links: Mapping[str, Collection[str]],
    *,
    runs: Mapping[str, str],
    trained: Floats,
    span: Floats,
) -> Iterator[Measured]:
    """Each column of `a` and `b`, shape (questions, columns), at least one question.

    `trained`: 1 where an arm of the column was trained, else 0; `span`: the width of each column's scale.
    """
    hang = layout(questions, links, {question: runs.get(question, "") for question in questions} if runs else None)
    made = tested(summed(np.column_stack([a - b, np.ones(len(questions))]), hang.rows), hang, span, trained)
    times = 0 if hang.runs is None else int(hang.runs.max()) + 1
    alone = hang.touching is None and hang.clusters == len(questions)
    for at in range(a.shape[1]):
        sampled = times if times > 1 and trained[at] else 0
        yield Measured(
            n=len(questions), clusters=hang.clusters, largest=hang.largest, runs=sampled,
            one_training=bool(trained[at]) and not sampled,
            mean_a=float(a[:, at].mean()), mean_b=float(b[:, at].mean()), difference=float((a - b)[:, at].mean()),
            low=float(made.low[at]), high=float(made.high[at]), p=float(made.p[at]), floor=float(made.floor[at]),
            mcnemar_p=significance.mcnemar(a[:, at], b[:, at]) if alone else None,
            differing=int(made.differing[at]) if made.exact[at] else None,
            estimates=made.estimates.column(at), span=float(span[at]),
        )  # fmt: skip


@dataclass(frozen=True)
class Tested:
    """Of each column: estimates, 95 % limits and p that agree, and the smallest p there could have been.

    `exact`: whether the sign-flip test could be counted; `differing`: how many groups differ.
    """

    estimates: Estimates
    low: Floats
    high: Floats
    p: Floats
    floor: Floats
    exact: Floats
    differing: Floats


def tested(totals: Floats, hang: Layout, span: Floats, trained: Floats) -> Tested:
    """From differences summed over the layout's rows, shape (rows, columns + 1), the last holding counts.

    p is the larger of two: of the mean by its error, and where that is exact of the arms' names by sign flips. With few
    clusters nothing can be shown, whatever the error says. Where p is not below 0.05 the limits hold 0.
    """
    estimates, sums = estimated(totals, hang, span, trained), by_group(hang, totals)[:, :-1]
    floor = np.full(sums.shape[1], min(1.0, 2.0 ** (1 - hang.clusters)))
    flips = significance.sign_flip(sums) if hang.touching is None else np.full(sums.shape[1], np.nan)
    exact = np.isfinite(flips)
    p = np.fmax(np.maximum(estimates.p(), floor), flips)
    low, high = (np.clip(end, -span, span) for end in estimates.limits())
    return Tested(
        estimates=estimates,
        low=np.where(p >= LEVEL, np.minimum(low, 0.0), low),
        high=np.where(p >= LEVEL, np.maximum(high, 0.0), high),
        p=p,
        floor=np.where(exact, significance.floor_of(sums), floor),
        exact=exact,
        differing=(np.abs(sums) > significance.EQUAL).sum(axis=0),
    )


def column(values: Mapping[str, float], questions: Sequence[str]) -> Floats:
    """One arm's values in the questions' order. ValueError where one is not finite."""
    return finite([values[question] for question in questions])


def span_of(by_arm: Mapping[str, Mapping[str, float]]) -> float:
    """How far two values of a metric can lie apart: 1 on the scale [0, 1], else as far as any two that were seen."""
    seen = finite([value for values in by_arm.values() for value in values.values()])
    return 1.0 if not len(seen) or (seen.min() >= 0 and seen.max() <= 1) else float(np.ptp(seen))
