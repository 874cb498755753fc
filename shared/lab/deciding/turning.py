"""Where another contestant would be worth most: how far the user's rates may move before the recommendation changes."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from shared.lab.deciding.evidence import Evidence
from shared.lab.deciding.rule import decide
from shared.lab.deciding.values import Rates, Values

FACTOR = 10_000.0
STEPS = 200
Rate = Literal["questions_per_day", "updates_per_day"]


@dataclass(frozen=True)
class Turn:
    """From this value of a rate on, the other as it is, `best` is worth most."""

    rate: Rate
    rises: bool
    value: float
    best: str


def turns(evidence: Evidence, values: Values, rates: Rates) -> list[Turn]:
    """The nearest on either side for each rate, within a factor of ten thousand; at most four."""
    found: list[Turn] = []
    names: tuple[Rate, Rate] = ("questions_per_day", "updates_per_day")
    for name in names:
        now = getattr(rates, name)
        if now:
            for rises in (True, False):
                found += _nearest(evidence, values, rates, name, now * FACTOR if rises else now / FACTOR)
    return found


def _nearest(evidence: Evidence, values: Values, rates: Rates, name: Rate, end: float) -> list[Turn]:
    start = getattr(rates, name)
    steps = np.geomspace(start, end, STEPS).tolist()
    points = [rates.model_copy(update={name: step}) for step in steps]
    decisions = decide(evidence, values, points)
    for step, decision in zip(steps, decisions, strict=True):
        if decision.best != decisions[0].best:
            return [Turn(name, end > start, step, decision.best)]
    return []
