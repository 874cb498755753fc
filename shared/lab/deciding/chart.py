"""The map: which contestant is worth most, over updates and questions a day."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from shared.lab.deciding.evidence import Evidence
from shared.lab.deciding.rule import Decision, decide
from shared.lab.deciding.values import Rates, Values

UPDATES = (0.01, 10_000.0)
QUESTIONS = (1.0, 1_000_000.0)
STEPS = 31


@dataclass(frozen=True)
class Chart:
    """Decisions by row of questions a day and column of updates a day, both rising by equal factors.

    None where no contestant keeps up with the updates.
    """

    updates_per_day: Sequence[float]
    questions_per_day: Sequence[float]
    decisions: Sequence[Sequence[Decision | None]]


def of(evidence: Evidence, values: Values, half_within_h: float, steps: int = STEPS) -> Chart:
    """The decision at each of steps x steps points."""
    updates = np.geomspace(*UPDATES, steps).tolist()
    questions = np.geomspace(*QUESTIONS, steps).tolist()
    points = [
        Rates(questions_per_day=asked, updates_per_day=changed, half_within_h=half_within_h)
        for asked in questions
        for changed in updates
    ]
    decided = decide(evidence, values, points)
    return Chart(updates, questions, [decided[at * steps : (at + 1) * steps] for at in range(steps)])
