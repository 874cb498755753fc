"""Experiments of a planned size, made and compared as results are: by the rule that decides, all arms in one family."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from shared.scoring.catalogue import HEADLINE
from shared.statistics.comparison import compare
from shared.statistics.intervals import Interval
from shared.statistics.judging import Verdict
from shared.statistics.made_answers import Made, Maker
from shared.statistics.planning import Assumptions, Pair, Wanted, apart

ROUNDS = 3
Advance = Callable[[int, int], None]


@dataclass(frozen=True)
class Trial:
    """Experiments of one size: the share that decided the pair as it is, with 95 % limits."""

    documents: int
    questions: int
    decided: Interval


@dataclass(frozen=True)
class Trying:
    """Experiments on one pair."""

    assumptions: Assumptions
    pair: Pair
    wanted: Wanted
    trainings: int
    experiments: int
    seed: int
    advance: Advance | None = None

    def tried(self, start: int) -> list[Trial]:
        """Some sizes, each mended by what the one before it showed."""
        trials, count = list[Trial](), start
        for at in range(ROUNDS):
            trials.append(self.trial(count, at * self.experiments))
            count = self._together(trials)
        return trials

    def enough(self, trials: Sequence[Trial]) -> int | None:
        """How many documents all trials together ask for; None where the last one was far from deciding enough."""
        return self._together(trials) if trials[-1].decided.high >= self.wanted.power else None

    def _together(self, trials: Sequence[Trial]) -> int:
        """As a normal test's power goes: its quantile grows with the root of the number, at the rate of all trials."""
        from scipy import stats

        level = stats.norm.ppf(1 - 0.025 / len(self.assumptions.pairs))
        edge = 1 / (2 * self.experiments)
        shares = np.clip([trial.decided.mean or 0.0 for trial in trials], edge, 1 - edge)
        power = self.wanted.power
        if self.wanted.equal:  # both sides must hold
            shares, power = (1 + shares) / 2, (1 + power) / 2
        roots = np.sqrt([trial.documents for trial in trials])
        rate = max(float(np.mean((level + stats.norm.ppf(shares)) / roots)), 1e-3)
        enough = ((level + stats.norm.ppf(power)) / rate) ** 2
        return int(np.ceil(np.clip(enough, 6, 4 * trials[-1].documents)))

    def trial(self, count: int, before: int = 0) -> Trial:
        """Experiments with so many documents; `before`: how many were made already, for progress."""
        from scipy import stats

        rates = apart(self.assumptions, self.pair, 0.0 if self.wanted.equal else self.wanted.size)
        maker, rng = Maker(self.assumptions, rates), np.random.default_rng([self.seed, count])
        hits = 0
        for done in range(self.experiments):
            hits += self._decides(maker.experiment(rng, documents=count, trainings=self.trainings), rates)
            if self.advance:
                self.advance(before + done + 1, self.experiments * ROUNDS)
        limits = stats.binomtest(hits, self.experiments).proportion_ci()
        questions = round(count * self.assumptions.per_document)
        share = Interval(self.experiments, hits / self.experiments, float(limits.low), float(limits.high))
        return Trial(count, questions, share)

    def _decides(self, made: Made, rates: Mapping[str, float]) -> bool:
        """Whether the rule says of the pair what is so: which of the two is better, or that they are equal."""
        better: Verdict = "a" if rates[self.pair[0]] > rates[self.pair[1]] else "b"
        comparisons = compare(
            {HEADLINE: made.scores},
            clusters=made.clusters,
            runs=made.runs if self.trainings > 1 else {},
            trained=self.assumptions.trained,
            margin=self.wanted.size if self.wanted.equal else None,
        )
        (decided,) = [comparison.verdict for comparison in comparisons if (comparison.a, comparison.b) == self.pair]
        return decided == ("equivalent" if self.wanted.equal else better)
