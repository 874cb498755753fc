"""The map: which contestant is worth most, over updates and questions a day."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

import numpy as np

from shared.lab.deciding.evidence import Evidence
from shared.lab.deciding.rule import Decision, decide
from shared.lab.deciding.values import Rates, Values

UPDATES = (0.01, 10_000.0)
QUESTIONS = (1.0, 1_000_000.0)
A_DECADE = 5
"""Points for each factor of ten."""


@dataclass(frozen=True)
class Chart:
    """Decisions by row of questions a day and column of updates a day, both rising by equal factors.

    None where no contestant keeps up with the updates.
    """

    updates_per_day: Sequence[float]
    questions_per_day: Sequence[float]
    decisions: Sequence[Sequence[Decision | None]]

    @property
    def names(self) -> frozenset[str]:
        """Contestants that have a region."""
        return frozenset(decision.best for row in self.decisions for decision in row if decision is not None)


def of(evidence: Evidence, values: Values, rates: Rates, a_decade: int = A_DECADE) -> Chart:
    """The decision at each point of a map that holds the user's rates too; no updates lie left of every map."""
    updates = _axis(UPDATES, rates.updates_per_day, a_decade)
    questions = _axis(QUESTIONS, rates.questions_per_day, a_decade)
    points = [
        Rates(questions_per_day=asked, updates_per_day=changed, half_within_h=rates.half_within_h)
        for asked in questions
        for changed in updates
    ]
    decided = decide(evidence, values, points)
    across = len(updates)
    return Chart(updates, questions, [decided[at * across : (at + 1) * across] for at in range(len(questions))])


def _axis(usual: tuple[float, float], rate: float, a_decade: int) -> list[float]:
    """From the usual limits to the next power of ten around the rate."""
    first, last = (round(log10(limit)) for limit in usual)
    if rate > 0:
        first, last = min(first, floor(log10(rate))), max(last, ceil(log10(rate)))
    steps = np.logspace(first, last, a_decade * (last - first) + 1)
    steps[0], steps[-1] = 10.0**first, 10.0**last
    return [float(step) for step in steps]
