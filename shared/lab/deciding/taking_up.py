"""How much of what is asked is about news that a contestant has not taken up, and how often it trains for that.

Half of the questions are about news younger than the half-life, and ages are exponential. An update is taken up after
the contestant's lag. Where it trains every T seconds, an update waits for the next start (uniform over T) and for the
training. Questions can be about pending news only where there is any: with U updates a day and a mean lag L one is
pending for 1 - exp(-U L) of the time (Poisson). Both are taken apart, as means over the time between two trainings:
where updates are rare that is up to a fifth too little.
"""

from dataclasses import dataclass

import numpy as np

from shared.lab.deciding.evidence import Updating
from shared.lab.deciding.values import DAY_S, Rates, Values
from shared.statistics.resampling import Floats

INTERVALS = 24
LONGEST_S = 90 * DAY_S


@dataclass(frozen=True)
class Schedule:
    """How a contestant keeps up. `every_s`: between two trainings, None without; `pending`: share of questions about
    news that it has not taken up; `machine_s`: work for updates in a day."""

    every_s: float | None
    pending: float
    machine_s: float


def schedules(updating: Updating, rates: Rates) -> list[Schedule]:
    """All that are worth trying; none where it cannot keep up with so many updates."""
    each = updating.document_s + (0.0 if updating.by_training else updating.machine_s)
    work = rates.updates_per_day * each
    if work > DAY_S:
        return []
    if not rates.updates_per_day:
        return [Schedule(None, 0.0, 0.0)]
    if not updating.by_training:
        share = young(updating.seconds, 0.0, rates) * some_pending(updating.seconds, rates)
        return [Schedule(None, share, work)]
    shortest = max(updating.seconds, updating.machine_s, 1.0)
    intervals = np.geomspace(shortest, max(shortest, LONGEST_S), INTERVALS)
    return [_training(updating, rates, float(every)) for every in intervals]


def _training(updating: Updating, rates: Rates, every_s: float) -> Schedule:
    """Every so many seconds, and never where nothing came since."""
    share = young(updating.seconds, every_s, rates) * some_pending(updating.seconds + every_s / 2, rates)
    runs_per_day = DAY_S / every_s * -np.expm1(-rates.updates_per_day * every_s / DAY_S)
    work = float(runs_per_day) * updating.machine_s + rates.updates_per_day * updating.document_s
    return Schedule(every_s, share, work)


def young(lag_s: float, every_s: float, rates: Rates) -> float:
    """The share of questions about news younger than the lag, plus a wait that is uniform over `every_s`."""
    decay = np.log(2) / (rates.half_within_h * 3600)
    waited = 1.0 if every_s == 0 else -np.expm1(-decay * every_s) / (decay * every_s)
    return float(1 - np.exp(-decay * lag_s) * waited)


def some_pending(lag_s: float, rates: Rates) -> float:
    """How often any update is pending."""
    return float(-np.expm1(-rates.updates_per_day * lag_s / DAY_S))


def best(updating: Updating, rates: Rates, values: Values, known: float, pending: float) -> Schedule | None:
    """The schedule that is worth most, given what an answer of known and of pending news is worth."""
    tried = schedules(updating, rates)
    if not tried:
        return None
    worth: Floats = np.array([
        (1 - schedule.pending) * known + schedule.pending * pending
        + values.machine_second * schedule.machine_s / rates.questions_per_day
        for schedule in tried
    ])  # fmt: skip
    return tried[int(worth.argmax())]
