"""A reader's mix of questions: intervals and decisions over it, and slices that point in opposite directions."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache

import numpy as np

from bench.simulations import Row, by_chance
from bench.simulations._made import percent
from shared.contests.parts import Square
from shared.lab.report.mix import Mix, mix
from shared.lab.report.rule import Rule
from shared.lab.report.weights import Weights
from shared.messages import Question, Result
from shared.statistics.comparison import compare
from shared.statistics.directions import crossover_p

WEIGHED = "Over another mix than was asked, accuracies and differences have their 95 % intervals"
NULL = "Of two arms that are equally good in the mix none is called better"
ONE_WAY = "Slices that point one way are not called reversed"
TWO_WAYS = "Slices that point in opposite directions are found"
ASKED = {"learned": 44, "new": 44, "corrected": 20}
"""Slice -> questions, two on each document."""
TRAFFIC = {"learned": 0.2, "new": 0.6, "corrected": 0.2}
RIGHT = {"a": {"learned": 0.6, "new": 0.3, "corrected": 0.5}, "b": {"learned": 0.8, "new": 0.05, "corrected": 0.1}}
LOG = 200
SOME = 0.5  # of the spread of difficulty is the document's


def run(seed: int, short: bool) -> list[Row]:
    """Two arms whose lead differs between slices."""
    generator = np.random.default_rng(seed)
    return [*_weighed(generator, 20 if short else 400), *_reversed(generator, 40 if short else 1_000)]


def _weighed(generator: np.random.Generator, runs: int) -> Iterator[Row]:
    truth = {arm: sum(TRAFFIC[name] * right for name, right in rates.items()) for arm, rates in RIGHT.items()}
    for counted in (0, LOG):
        covered = {"a": 0, "b": 0, "a minus b": 0}
        for _ in range(runs):
            told = _mix(generator, RIGHT, counted)
            for arm in ("a", "b"):
                covered[arm] += told.arms[arm].low <= truth[arm] <= told.arms[arm].high
            (pair,) = told.comparisons
            covered["a minus b"] += (pair.low or 0) <= truth["a"] - truth["b"] <= (pair.high or 0)
        how = f"mix counted from {counted} questions" if counted else "mix that is given"
        for name, hits in covered.items():
            share = hits / runs
            met = share >= 0.93 - by_chance(runs)
            yield Row(WEIGHED, f"{name}; {how}", "95 %, at least 93 %", percent([share]), runs, met)
    equal = {"a": RIGHT["a"], "b": {"learned": 0.9, "new": 0.25, "corrected": 0.35}}
    decided = sum(_mix(generator, equal, 0).comparisons[0].verdict != "undecided" for _ in range(runs)) / runs
    how = "arms that lead by 30 and 5 points on two slices"
    yield Row(NULL, how, "at most 5 %", percent([decided]), runs, decided <= 0.05 + by_chance(runs))


def _mix(generator: np.random.Generator, right: Mapping[str, Mapping[str, float]], counted: int) -> Mix:
    results, clusters = _asked()
    hard = {document: generator.normal() for document in sorted(set(clusters.values()))}
    names = [result.question.question_id for result in results]
    slices = {result.question.question_id: result.question.slice for result in results}
    correct = {
        arm: {name: float(_is_right(generator, rates[slices[name]], hard[clusters[name]])) for name in names}
        for arm, rates in right.items()
    }
    weights = dict(TRAFFIC)
    if counted:
        weights = dict(zip(TRAFFIC, map(float, generator.multinomial(counted, list(TRAFFIC.values()))), strict=True))
    told = Weights(weights, "traffic", counted)
    return mix(results, correct, [("a", "b")], Square("a", "b", None, None), Rule(clusters, {}, ()), told)


def _is_right(generator: np.random.Generator, rate: float, hard: float) -> bool:
    """With this rate over all documents (a probit model)."""
    from scipy import special

    own = np.sqrt(1 - SOME) * generator.normal() + np.sqrt(SOME) * hard
    return bool(own < special.ndtri(rate))


@cache
def _asked() -> tuple[list[Result], dict[str, str]]:
    """The questions of `ASKED`, and the document of each."""
    at, results, clusters = datetime(2025, 3, 3, tzinfo=UTC), list[Result](), dict[str, str]()
    for name, size in ASKED.items():
        for number in range(size):
            question = Question(question_id=f"{name}-{number}", text="?", references=("x",), slice=name)
            results.append(Result(question=question, asked_at=at, scored_at=at, answers={}, metric_versions={}))
            clusters[question.question_id] = f"{name} {number // 2}"
    return results, clusters


def _reversed(generator: np.random.Generator, runs: int) -> Iterator[Row]:
    """By the share of questions on which only one of both arms is right, slice by slice."""
    alike = {"six slices without any difference": [0.0] * 6, "one slice of three with 50 points": [0.5, 0.0, 0.0],
             "three slices with 10, 30 and 50 points": [0.1, 0.3, 0.5]}  # fmt: skip
    for how, differences in alike.items():
        share = _found(generator, differences, 30, runs)
        met = share <= 0.05 + by_chance(runs)
        yield Row(ONE_WAY, f"{how}, 30 questions each", "at most 5 %", percent([share]), runs, met)
    for how, differences, size, promised in (
        ("8 of 8 against 0 of 8, and 0 of 8 against 8 of 8", [1.0, -1.0], 8, 0.8),
        ("+40 and -40 points", [0.4, -0.4], 44, 0.8),
        ("+40, +40 and -40 points", [0.4, 0.4, -0.4], 44, 0.8),
        ("+30 and -30 points", [0.3, -0.3], 44, 0.0),
        ("+30, +30 and -20 points", [0.3, 0.3, -0.2], 44, 0.0),
    ):
        share = _found(generator, differences, size, runs)
        said = f"at least {100 * promised:.0f} %" if promised else "nothing"
        yield Row(TWO_WAYS, f"{how}, {size} questions each", said, percent([share]), runs, share >= promised)


def _found(generator: np.random.Generator, differences: Sequence[float], size: int, runs: int) -> float:
    return sum(crossover_p(list(_parts(generator, differences, size))) < 0.05 for _ in range(runs)) / runs


def _parts(generator: np.random.Generator, differences: Sequence[float], size: int) -> Iterator[tuple[float, float]]:
    """Difference and p of each slice; beside the difference a tenth of the questions favours either arm."""
    slices, scores = dict[str, list[str]](), {"a": dict[str, float](), "b": dict[str, float]()}
    for number, difference in enumerate(differences):
        either = min(0.1, (1 - abs(difference)) / 2)
        chances = [either + max(0.0, difference), either + max(0.0, -difference)]
        drawn = generator.choice(3, size=size, p=[*chances, 1 - sum(chances)])
        slices[str(number)] = [f"{number}-{question}" for question in range(size)]
        for name, favours in zip(slices[str(number)], drawn, strict=True):
            scores["a"][name], scores["b"][name] = float(favours == 0), float(favours == 1)
    for comparison in compare({"right": scores}, slices=slices):
        if comparison.slice in slices:
            yield comparison.difference or 0.0, comparison.p or 1.0
