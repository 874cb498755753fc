"""Risk and coverage: intervals of the area and of the risk at a coverage, and arms that are equally good."""

from collections.abc import Callable, Iterator

import numpy as np

from bench.simulations import Row, by_chance
from bench.simulations._made import percent
from shared.lab.report.paired import shares_of
from shared.lab.report.rule import Rule
from shared.statistics import risk_coverage
from shared.statistics.resampling import Floats
from shared.statistics.risk_coverage import Ordered, ordered

COVERAGE = 0.5
AREA = "The area under risk and coverage (AURC) has its 95 % interval"
RISK = f"The errors at {100 * COVERAGE:.0f} % coverage have their 95 % interval"
EQUAL = "Of two equally good arms none is called better at equal coverage"
Column = Callable[[Ordered], dict[str, float]]


def run(seed: int, short: bool) -> list[Row]:
    """Questions on documents that make them easy or hard, and arms that are right more often when they are sure."""
    runs = 40 if short else 1_000
    generator = np.random.default_rng(seed)
    return [*_intervals(generator, runs), *_equal_arms(generator, runs)]


def _at_half(answers: Ordered) -> dict[str, float]:
    return risk_coverage.risk(answers, COVERAGE)


def _intervals(generator: np.random.Generator, runs: int) -> Iterator[Row]:
    for claim, column in ((AREA, risk_coverage.area), (RISK, _at_half)):
        for documents, each in ((60, 1), (132, 1), (44, 3), (200, 3)):
            truth = _truth(generator, each, column)
            hits = sum(_covers(_drawn(generator, documents, each), column, truth) for _ in range(runs))
            how = f"{documents} documents, {each} question{'s' if each > 1 else ''} on each"
            share = hits / runs
            yield Row(claim, how, "95 %, at least 93 %", percent([share]), runs, share >= 0.93 - by_chance(runs))


def _equal_arms(generator: np.random.Generator, runs: int) -> Iterator[Row]:
    for documents, each in ((132, 1), (44, 3)):
        for name, column in (("AURC", risk_coverage.area), (f"errors at {100 * COVERAGE:.0f} %", _at_half)):
            decided = sum(_decided(generator, documents, each, column) for _ in range(runs))
            how = f"{name}; {documents} documents, {each} question{'s' if each > 1 else ''} on each"
            share = decided / runs
            yield Row(EQUAL, how, "at most 5 %", percent([share]), runs, share <= 0.05 + by_chance(runs))


def _drawn(generator: np.random.Generator, documents: int, each: int, easy: Floats | None = None) -> Ordered:
    """Answers by name `document-question`; `easy`: of each document, drawn where it is not given."""
    shared = generator.normal(size=documents) if easy is None else easy
    sure = (np.repeat(shared, each) + generator.normal(size=documents * each)) / np.sqrt(2)
    wrong = generator.random(documents * each) > 1 / (1 + np.exp(-1.2 * sure))
    names = [f"{document}-{question}" for document in range(documents) for question in range(each)]
    certainty = np.round(sure, 1)  # some are equally sure
    return ordered(dict(zip(names, certainty, strict=True)), dict(zip(names, wrong.astype(float), strict=True)))


def _truth(generator: np.random.Generator, each: int, column: Column) -> float:
    return float(np.mean(list(column(_drawn(generator, 100_000 // each, each)).values())))


def _covers(answers: Ordered, column: Column, truth: float) -> bool:
    interval = shares_of({("", "a"): column(answers)}, _rule(answers))["", "a"]
    return interval.low <= truth <= interval.high


def _decided(generator: np.random.Generator, documents: int, each: int, column: Column) -> bool:
    easy = generator.normal(size=documents)
    arms = {arm: _drawn(generator, documents, each, easy) for arm in ("a", "b")}
    scores = {arm: column(answers) for arm, answers in arms.items()}
    (comparison,) = _rule(arms["a"]).compare({"measure": scores}, lower_is_better=("measure",), margin=False)
    return comparison.verdict != "undecided"


def _rule(answers: Ordered) -> Rule:
    """As a report counts: the questions of a document are one cluster."""
    return Rule({name: name.split("-")[0] for name in answers.questions}, {}, ())
