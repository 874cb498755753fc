"""Intervals of paired differences: coverage by kind of value and number of questions, and agreement with the test."""

from collections.abc import Callable

import numpy as np

from bench.simulations import Row
from bench.simulations._made import Made, graded, held, of, one_way, percent, right_or_wrong, seldom
from shared.statistics.comparison import compare

KINDS: dict[str, Callable[[np.random.Generator, int, int], Made]] = {
    "right or wrong": right_or_wrong,
    "F1-like, skewed": graded,
    "nine in ten are 0": seldom,
    "3 % one way": one_way,
}
SIZES = (6, 8, 12, 20, 50, 96, 300)


def run(seed: int, short: bool) -> list[Row]:
    """Coverage, and that interval and test never disagree."""
    rng = np.random.default_rng(seed)
    experiments, sizes = (500, (8, 20, 96)) if short else (4_000, SIZES)
    made = {(kind, n): draw(rng, n, experiments) for kind, draw in KINDS.items() for n in sizes}
    rows = [_coverage(kind, {n: made[kind, n] for n in sizes}, slack=0.02 if short else 0.0) for kind in KINDS]
    return [*rows, _agreement(list(made.values())), _by_seed(rng)]


def _coverage(kind: str, made: dict[int, Made], *, slack: float) -> Row:
    shares = {n: held(experiments) for n, experiments in made.items()}
    enough = all(share >= (0.92 if n < 12 else 0.94) - 0.005 - slack for n, share in shares.items())
    return Row(
        "95 % intervals hold the true difference",
        f"{kind}; {', '.join(map(str, shares))} questions",
        "at least 94 % within half a point; below 12 questions 92 %",
        percent(list(shares.values())),
        next(iter(made.values())).differences.shape[1],
        enough,
    )


def _agreement(made: list[Made]) -> Row:
    against, beyond, runs = 0, 0, 0
    for experiments in made:
        results = of(experiments)
        against += int((((results.low > 0) | (results.high < 0)) != (results.p < 0.05)).sum())
        beyond += int(((results.low < -1) | (results.high > 1)).sum())
        runs += len(results.p)
    return Row(
        "Interval and test agree, and no limit is impossible",
        "all of the experiments above",
        "p < 0.05 exactly where the interval excludes 0",
        f"{against} disagree, {beyond} limits beyond 100 points",
        runs,
        against == beyond == 0,
    )


def _by_seed(rng: np.random.Generator) -> Row:
    """The same eight questions in another order and under other names, which is all that chance could come from."""
    values = rng.permutation([1.0] * 5 + [0.0] * 3)
    seen = set()
    for attempt in range(50):
        names = [f"q{attempt}-{place}" for place in rng.permutation(8)]
        a, b = dict(zip(names, values, strict=True)), dict.fromkeys(names, 0.0)
        comparison = compare({"m": {"a": a, "b": b}})[0]
        seen.add((round(comparison.low or 0.0, 9), round(comparison.high or 0.0, 9)))
    return Row(
        "Limits depend on the values alone", "5 of 8 against 0 of 8, in 50 orders", "one pair of limits",
        f"{len(seen)} pair", 50, len(seen) == 1,
    )  # fmt: skip
