"""The live standings, looked at after every result: how often they mislead in each kind of traffic, and how soon they
decide. Four arms, six pairs. What is simulated is what the scorer computes (`services/scorer/differences.py`)."""

from dataclasses import dataclass
from functools import partial
from itertools import combinations

import numpy as np
import numpy.typing as npt

from bench.simulations import Row
from bench.simulations._made import percent
from bench.traffic import ARMS, TRAFFICS, Stream
from shared.statistics.resampling import Floats
from shared.statistics.sequences import log_capital, log_mixed, mixture_reach, ruin

PAIRS = tuple(combinations(range(ARMS), 2))
ERROR = 0.05
_FIRST = [a for a, _ in PAIRS]
_SECOND = [b for _, b in PAIRS]
Truth = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Watched:
    """Of each stream: whether any pair was ever called decided, by clusters and by questions, and whether the interval
    of the first arm's mean ever missed."""

    misled: Truth
    by_questions: Truth
    missed: Truth


def run(seed: int, short: bool) -> list[Row]:
    """How often in each traffic, and how soon."""
    streams, length = (40, 500) if short else (200, 3_000)
    rows = list[Row]()
    for how, traffic in TRAFFICS.items():
        seen = watched(traffic(np.random.default_rng(seed), streams, length))
        rows += _misled(f"{how}, {length:,} results", seen)
    return [*sorted(rows, key=lambda row: row.claim), *_soon(seed, 60 if short else 200)]


def watched(stream: Stream) -> Watched:
    """Look after each result and each correction."""
    counts = Counts(stream)
    misled, by_questions, missed = (np.zeros(stream.streams, dtype=bool) for _ in range(3))
    for at in range(stream.length):
        counts.take(at)
        misled |= counts.decides()
        by_questions |= counts.decides_by_questions()
        missed |= counts.misses(stream.expected[at])
    return Watched(misled, by_questions, missed)


class Counts:
    """What the scorer would have counted, of all streams at once."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._every = np.arange(stream.streams)
        shape = (stream.streams, int(max(stream.documents.max(), stream.also.max())) + 1)
        self._n, self._in_pairs = np.zeros(shape), np.zeros(shape)
        self._totals = np.zeros((*shape, len(PAIRS)))
        self._capital = log_capital(np.zeros((stream.streams, len(PAIRS))))
        self._questions, self._squares = 0, np.zeros(stream.streams)
        self._sums = np.zeros((stream.streams, ARMS))

    def take(self, at: int) -> None:
        """The result at this place, and the correction of an earlier one that comes with it."""
        self._count(at, self._stream.values[at], 1)
        self._questions += 1
        if (earlier := at - self._stream.late) >= 0 and self._stream.corrected is not None:
            change = self._stream.corrected[earlier] - self._stream.values[earlier]
            self._count(earlier, change, 0)

    def decides(self) -> Truth:
        """Whether any pair is decided by clusters."""
        return _any(log_mixed(self._capital) >= ruin(ERROR / len(PAIRS)))

    def decides_by_questions(self) -> Truth:
        """The same where each question counts as independent, by the mixture: what was done before."""
        reach = 2 * mixture_reach(self._questions, ERROR / len(PAIRS))
        means = self._sums / self._questions
        return _any(np.abs(means[:, _FIRST] - means[:, _SECOND]) > reach)

    def misses(self, expected: Floats) -> Truth:
        """Whether the first arm's interval leaves out what was to be expected on average."""
        effective_n = self._questions**2 / self._squares
        reach = np.array([mixture_reach(self._questions, ERROR, float(size)) for size in effective_n])
        missed: Truth = np.abs(self._sums[:, 0] / self._questions - expected) > reach
        return missed

    def _count(self, at: int, values: Floats, questions: int) -> None:
        """Add to the clusters of the question at this place; one in two clusters is in no pair's difference."""
        first, second = self._stream.documents[at], self._stream.also[at]
        of, alone = (self._every, first), first == second
        before, n = self._totals[of], self._in_pairs[of]
        after = before + alone[:, None] * (values[:, _FIRST] - values[:, _SECOND])
        self._totals[of], self._in_pairs[of] = after, n + questions * alone
        means = [sums / np.maximum(size, 1)[:, None] for sums, size in ((before, n), (after, n + questions * alone))]
        self._capital += log_capital(means[1]) - log_capital(means[0])
        self._grow(first, questions * np.ones_like(alone, dtype=np.intp))
        self._grow(second, questions * ~alone)
        self._sums += values

    def _grow(self, clusters: npt.NDArray[np.intp], by: npt.NDArray[np.intp]) -> None:
        of = self._every, clusters
        self._squares += (self._n[of] + by) ** 2 - self._n[of] ** 2
        self._n[of] += by


def _any(truths: Truth) -> Truth:
    """Of each stream."""
    whole: Truth = truths.reshape(len(truths), -1).max(axis=1)
    return whole


def _misled(how: str, seen: Watched) -> list[Row]:
    streams = len(seen.misled)
    shares = [float(truth.mean()) for truth in (seen.misled, seen.by_questions, seen.missed)]
    said = f"{percent(shares[:1])}; each question counted as independent {percent(shares[1:2])}"
    return [
        Row("Four equal arms: ever is one called better, live", how, "at most 5 %", said, streams, shares[0] <= ERROR),
        Row("The live interval of an arm's mean ever misses", how, "at most 5 %", percent([shares[2]]), streams,
            shares[2] <= ERROR),
    ]  # fmt: skip


def _soon(seed: int, streams: int) -> list[Row]:
    """Median questions until one pair of six is decided; every question about a document of its own."""
    rows = []
    for shared_luck in (0.5, 0.0):
        for better, worse in ((0.5, 0.4), (0.5, 0.35), (0.6, 0.4), (0.9, 0.8)):
            draw = np.random.default_rng(seed)
            right = partial(_both, draw, streams, 6_000, shared_luck)(better, worse)
            old, new = (float(np.median(rule(right))) for rule in (_mixture_decides, _betting_decides))
            luck = "half the luck shared" if shared_luck else "no luck shared"
            told = f"{new:,.0f}; mixture {old:,.0f} ({100 * new / old:.0f} %)"
            rows.append(
                Row("Questions until the better of a pair is named, median", f"{better} against {worse}, {luck}",
                    "at most half of the mixture's", told, streams,
                    new <= old / 2)
            )  # fmt: skip
    return rows


def _both(draw: np.random.Generator, streams: int, length: int, shared_luck: float, *chances: float) -> Floats:
    """A minus b of each question, shape (length, streams)."""
    alone = draw.random((length, streams, 2))
    luck = np.where(draw.random((length, streams, 1)) < shared_luck, draw.random((length, streams, 1)), alone)
    right = (luck < np.array(chances)).astype(np.float64)
    return right[..., 0] - right[..., 1]


def _mixture_decides(values: Floats) -> Floats:
    counts = np.arange(1, len(values) + 1)
    reach = 2 * np.array([mixture_reach(int(n), ERROR / len(PAIRS)) for n in counts])
    return _first(np.cumsum(values, axis=0) / counts[:, None] > reach[:, None])


def _betting_decides(values: Floats) -> Floats:
    capital = np.cumsum(log_capital(values)[..., 0, :], axis=0)
    return _first(log_mixed(capital) >= ruin(ERROR / len(PAIRS)))


def _first(decided: Truth) -> Floats:
    """The number of the first result at which it is; infinite where it never is."""
    return np.where(decided.any(axis=0), decided.argmax(axis=0) + 1.0, np.inf)
