"""What the simulations of comparisons share: made experiments, and how often their intervals and tests hold."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from shared.statistics.clusters import Layout, independent
from shared.statistics.measuring import Tested, tested
from shared.statistics.resampling import Floats, summed

Generator = np.random.Generator


@dataclass(frozen=True)
class Made:
    """Paired differences, shape (items, experiments), and the true mean of each experiment."""

    differences: Floats
    truths: Floats


def of(made: Made, hang: Layout | None = None, *, trained: bool = False) -> Tested:
    """Every experiment as one column: tests and intervals at 5 %. Without a layout questions are independent."""
    n, experiments = made.differences.shape
    hang = independent(np.arange(n)) if hang is None else hang
    totals = summed(np.column_stack([made.differences, np.ones(n)]), hang.rows)
    return tested(totals, hang, np.ones(experiments), np.full(experiments, float(trained)))


def held(made: Made, hang: Layout | None = None, *, trained: bool = False) -> float:
    """The share of experiments whose interval holds the truth."""
    results = of(made, hang, trained=trained)
    return float(((results.low <= made.truths + 1e-12) & (made.truths - 1e-12 <= results.high)).mean())


def right_or_wrong(rng: Generator, n: int, experiments: int) -> Made:
    """Two arms that are right on 45 to 75 % and on 40 % of questions, half of which are equally hard for both."""
    luck = rng.random((n, experiments))
    other_luck = np.where(rng.random((n, experiments)) < 0.5, luck, rng.random((n, experiments)))
    chance = rng.uniform(0.45, 0.75, experiments)
    return Made((luck < chance).astype(float) - (other_luck < 0.4), chance - 0.4)


def graded(rng: Generator, n: int, experiments: int) -> Made:
    """Two F1-like scores with a hardness that both share, many of them 1; mean 0.12."""
    ease = rng.beta(1.5, 1.5, (n, experiments))
    a, b = (rng.beta(6 * ease, 6 * (1 - ease)) for _ in range(2))
    return Made(np.where(rng.random((n, experiments)) < 0.24, 1.0, a) - b, np.full(experiments, 0.12))


def seldom(rng: Generator, n: int, experiments: int) -> Made:
    """Differences that are 0 for nine questions in ten, and else skewed to one side; mean 0.05."""
    values = (rng.random((n, experiments)) < 0.1) * rng.random((n, experiments))
    return Made(values, np.full(experiments, 0.05))


def one_way(rng: Generator, n: int, experiments: int) -> Made:
    """One arm is right where the other is not on 3 % of questions, and never the other way round."""
    return Made((rng.random((n, experiments)) < 0.03).astype(float), np.full(experiments, 0.03))


def percent(shares: Sequence[float]) -> str:
    """Shares as per cent, in one cell of a table."""
    return ", ".join(f"{100 * share:.1f}" for share in shares) + " %"
