"""Where another contestant would be worth most: how far the user's rates may move before the recommendation changes."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from shared.lab.deciding.evidence import Evidence
from shared.lab.deciding.rule import decide
from shared.lab.deciding.values import Rates, Values

FACTOR = 10_000.0
SELDOM = 0.01
STEPS = 200
Rate = Literal["questions_per_day", "updates_per_day"]


@dataclass(frozen=True)
class Turn:
    """From this value of a rate on, the other as it is, `best` is worth most; "" where that is no more decided."""

    rate: Rate
    rises: bool
    value: float
    best: str


def turns(evidence: Evidence, values: Values, rates: Rates) -> list[Turn]:
    """The nearest on either side for each rate, within a factor of ten thousand; at most four.

    Where there are no updates now, from one in a hundred days on.
    """
    found: list[Turn] = []
    found += _nearest(evidence, values, rates, "questions_per_day", rates.questions_per_day * FACTOR)
    found += _nearest(evidence, values, rates, "questions_per_day", rates.questions_per_day / FACTOR)
    found += _nearest(evidence, values, rates, "updates_per_day", (rates.updates_per_day or SELDOM) * FACTOR)
    if rates.updates_per_day:
        found += _nearest(evidence, values, rates, "updates_per_day", rates.updates_per_day / FACTOR)
    return found


def _nearest(evidence: Evidence, values: Values, rates: Rates, name: Rate, end: float) -> list[Turn]:
    """Up to where nobody keeps up any more."""
    now = getattr(rates, name)
    steps = np.geomspace(now or SELDOM, end, STEPS).tolist()
    points = [rates, *(rates.model_copy(update={name: step}) for step in steps)]
    here, *decisions = decide(evidence, values, points)
    for step, decision in zip(steps, decisions, strict=True):
        if decision is None or here is None:
            return []
        if decision.best != here.best or (here.decided and not decision.decided):
            return [Turn(name, end > now, step, decision.best if decision.best != here.best else "")]
    return []
