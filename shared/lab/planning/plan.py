"""A plan: how many questions, documents and trainings decide what is wanted, tried out by the rule that decides.

The number is calculated first. Then experiments of that size are made and compared as results are, all arms in one
family, and the number is mended until as many of them as wanted are decided.
"""

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from shared.scoring.catalogue import HEADLINE
from shared.statistics.comparison import Comparison, compare
from shared.statistics.intervals import Interval
from shared.statistics.made_answers import Made, Maker
from shared.statistics.planning import Assumptions, Pair, Wanted, apart, checked, documents

TRAININGS = (2, 3, 5, 8, 12)
_DRAWS = 1_000
_ROUNDS = 3
Advance = Callable[[int, int], None]


@dataclass(frozen=True)
class Need:
    """What a pair asks for: documents by the number of trainings; None where no number of documents is enough."""

    pair: Pair
    size: float
    documents: Mapping[int, int | None]


@dataclass(frozen=True)
class Trial:
    """Experiments of one size: the share that decided the pair as it is, with 95 % limits."""

    documents: int
    questions: int
    decided: Interval


@dataclass(frozen=True)
class Plan:
    """`needs`: every pair's. `hardest`: the pair that asks for most, which was tried out with `trainings` in `trials`.

    `documents` and `questions` are the smallest that were seen to be enough; None where none was.
    """

    assumptions: Assumptions
    wanted: Wanted
    family: int
    needs: Sequence[Need]
    hardest: Pair | None
    trainings: int
    trials: Sequence[Trial]
    documents: int | None
    questions: int | None

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        alike = {f"{a} : {b}": value for (a, b), value in self.assumptions.alike.items()}
        return asdict(self) | {"assumptions": asdict(self.assumptions) | {"alike": alike}}


def make(
    assumptions: Assumptions,
    wanted: Wanted,
    *,
    trainings: int | None = None,
    experiments: int = 200,
    seed: int = 1,
    advance: Advance | None = None,
) -> Plan:
    """The plan. With `wanted.size` 0 each pair is to be decided at the difference of its own rates.

    ValueError: the assumptions contradict themselves, or there is nothing to decide.
    """
    checked(assumptions)
    options = _options(assumptions, trainings)
    needs = [_need(assumptions, pair, wanted, options) for pair in assumptions.pairs]
    needs = [need for need in needs if need.size]
    if not needs:
        raise ValueError("all rates are equal: say which difference is to be decided, or within which margin")
    hardest, chosen = _hardest(needs, options)
    family = len(assumptions.pairs)
    if hardest is None:
        return Plan(assumptions, wanted, family, needs, None, chosen, (), None, None)
    sized = Wanted(hardest.size, wanted.equal, wanted.power)
    trial = _Trying(
        assumptions, hardest.pair, sized, trainings=chosen, experiments=experiments, seed=seed, advance=advance
    )
    trials = trial.tried(hardest.documents[chosen] or 0)
    enough = min((some.documents for some in trials if (some.decided.mean or 0) >= wanted.power), default=None)
    questions = next((some.questions for some in trials if some.documents == enough), None)
    return Plan(assumptions, wanted, family, needs, hardest.pair, chosen, trials, enough, questions)


def _options(assumptions: Assumptions, trainings: int | None) -> tuple[int, ...]:
    if trainings is not None:
        return (trainings,)
    return TRAININGS if assumptions.trained and assumptions.deviation else (1,)


def _need(assumptions: Assumptions, pair: Pair, wanted: Wanted, options: Sequence[int]) -> Need:
    size = wanted.size or abs(assumptions.rates[pair[0]] - assumptions.rates[pair[1]])
    sized = Wanted(size, wanted.equal, wanted.power)
    family = len(assumptions.pairs)
    counted = {
        option: documents(assumptions, pair, sized, trainings=option, family=family) if size else None
        for option in options
    }
    return Need(pair, size, counted)


def _hardest(needs: Sequence[Need], options: Sequence[int]) -> tuple[Need | None, int]:
    """The pair that asks for most documents, with the number of trainings that takes the fewest answers in all."""
    answers = dict[int, int]()
    for option in options:
        asked = [need.documents[option] for need in needs]
        if None not in asked:
            answers[option] = option * max(count or 0 for count in asked)
    if not answers:
        return None, options[-1]
    chosen = min(answers, key=lambda option: answers[option])
    return max(needs, key=lambda need: need.documents[chosen] or 0), chosen


@dataclass(frozen=True)
class _Trying:
    assumptions: Assumptions
    pair: Pair
    wanted: Wanted
    trainings: int
    experiments: int
    seed: int
    advance: Advance | None

    def tried(self, start: int) -> list[Trial]:
        """Some sizes, each mended by what the one before it showed."""
        trials, count = list[Trial](), start
        for at in range(_ROUNDS):
            trials.append(self._trial(count, at * self.experiments))
            share = trials[-1].decided.mean or 0.0
            if self.wanted.power <= share <= self.wanted.power + 0.05:
                break
            count = max(6, round(count * _mended(share, self.wanted.power, self.experiments)))
        return trials

    def _trial(self, count: int, before: int) -> Trial:
        from scipy import stats

        rates = apart(self.assumptions, self.pair, 0.0 if self.wanted.equal else self.wanted.size)
        maker, rng = Maker(self.assumptions, rates), np.random.default_rng([self.seed, count])
        hits = 0
        for done in range(self.experiments):
            hits += self._decides(maker.experiment(rng, documents=count, trainings=self.trainings), rates)
            if self.advance:
                self.advance(before + done + 1, self.experiments * _ROUNDS)
        limits = stats.binomtest(hits, self.experiments).proportion_ci()
        questions = round(count * self.assumptions.per_document)
        share = Interval(self.experiments, hits / self.experiments, float(limits.low), float(limits.high))
        return Trial(count, questions, share)

    def _decides(self, made: Made, rates: Mapping[str, float]) -> bool:
        margin = self.wanted.size if self.wanted.equal else None
        for comparison in compare(
            {HEADLINE: made.scores}, clusters=made.clusters, draws=_DRAWS, **self._sources(made, margin)
        ):
            if (comparison.a, comparison.b) == self.pair:
                if margin is not None:
                    return is_equal(comparison, margin)
                return str(comparison.verdict) == ("a" if rates[self.pair[0]] > rates[self.pair[1]] else "b")
        return False

    def _sources(self, made: Made, margin: float | None) -> dict[str, Any]:
        """What else the rule of `compare` takes into account."""
        wanted = {"runs": made.runs if self.trainings > 1 else {}, "trained": self.assumptions.trained}
        known = inspect.signature(compare).parameters
        return {name: value for name, value in (wanted | {"margin": margin}).items() if name in known}


def is_equal(comparison: Comparison, margin: float) -> bool:
    """Whether the interval of the difference lies within the margin on both sides."""
    low, high = comparison.low, comparison.high
    return low is not None and high is not None and -margin < low and high < margin


def _mended(share: float, power: float, experiments: int) -> float:
    """By what the number of documents must be multiplied; as if it were one test at 1 % (Bloom 1995)."""
    from scipy import stats

    edge = 1 / (2 * experiments)
    seen = stats.norm.ppf(min(max(share, edge), 1 - edge))
    level = stats.norm.ppf(0.995)
    return float(min(4.0, ((level + stats.norm.ppf(power + 0.02)) / max(level + seen, 0.5)) ** 2))
