"""What the arms of one slice differ by, pair by pair, each cluster of questions counting once.

A pair's value in a cluster is the mean of its questions that both arms have. Each value becomes whole numbers of 2^-30
(`ONE`), so that what a cluster adds can be taken out exactly when one of its questions changes or another comes.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

import numpy as np

from services.scorer.clusters import Whole
from shared.messages import Difference
from shared.messages.results import IntervalKind
from shared.scoring.catalogue import HEADLINE
from shared.statistics.sequences import STAKES, betting_limits, log_capital

ONE = 2**30
KIND: IntervalKind = "clustered_confidence_sequence"


class Differences:
    """Sums over clusters of all pairs of arms, which are all that their confidence sequences need."""

    def __init__(self, arms: Sequence[str]) -> None:
        self._pairs = list(combinations(arms, 2))
        count = len(self._pairs)
        self._first = np.array([arms.index(a) for a, _ in self._pairs], dtype=np.intp)
        self._second = np.array([arms.index(b) for _, b in self._pairs], dtype=np.intp)
        self._arms = arms
        self._questions = np.zeros((2, count), dtype=np.int64)  # n, and the sum of a minus b
        self._clusters = np.zeros(count, dtype=np.int64)
        self._means = np.zeros(count, dtype=np.int64)
        self._capital = np.zeros((count, 2, len(STAKES)), dtype=np.int64)

    @property
    def width(self) -> int:
        """How many numbers a cluster's row has of the pairs."""
        return self._questions.size

    def of(self, values: Mapping[str, int]) -> Whole:
        """What a question adds to its slice and its clusters, given arm -> value: n and a minus b of each pair."""
        has = np.array([arm in values for arm in self._arms])
        value = np.array([max(0, min(ONE, values.get(arm, 0))) for arm in self._arms], dtype=np.int64)
        both = has[self._first] & has[self._second]
        return np.stack([both, both * (value[self._first] - value[self._second])]).astype(np.int64)

    def count(self, question: Whole) -> None:
        """Count a question, given `of` it; its negative takes it out."""
        self._questions += question

    def replace(self, before: Whole, after: Whole) -> None:
        """A cluster was counted with these sums over its questions, and is with those."""
        n, totals = np.stack([before, after]).reshape(2, 2, -1).swapaxes(0, 1)
        means = np.where(n > 0, totals / np.maximum(n, 1) / ONE, 0.0)
        self._clusters += _change((n > 0).astype(np.int64))
        self._means += _change(np.rint(means * ONE).astype(np.int64))
        self._capital += _change(np.floor(log_capital(means) * ONE).astype(np.int64))

    def all(self) -> Iterator[Difference]:
        """All pairs together err ever in at most 5 %: each is given its share of that (Bonferroni)."""
        if not self._pairs:
            return
        sizes = np.maximum(self._clusters, 1).astype(np.float64)
        lows, highs = betting_limits(sizes, self._capital / ONE, 0.05 / len(self._pairs))
        for at, (a, b) in enumerate(self._pairs):
            if clusters := int(self._clusters[at]):
                n, total = (int(number) for number in self._questions[:, at])
                mean, over_questions = float(self._means[at] / ONE / clusters), total / ONE / n
                low, high = float(lows[at]), float(highs[at])
                better = a if low > 0 and over_questions >= 0 else b if high < 0 and over_questions <= 0 else None
                yield Difference(metric=HEADLINE, a=a, b=b, n=n, clusters=clusters, mean=mean,
                                 over_questions=over_questions, ci95=(low, high), interval=KIND,
                                 better=better)  # fmt: skip


def _change(of_two: Whole) -> Whole:
    """What comes after minus what was before."""
    change: Whole = of_two[1] - of_two[0]
    return change
