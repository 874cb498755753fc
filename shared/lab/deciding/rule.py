"""Which contestant is worth most at some rates, and whether that is decided.

An answer's worth is linear in what was measured, so that the standard error over documents and trainings is that of
`shared.statistics.errors`. The contestant with the highest mean is recommended. It is decided where it is surely not
worse than any other by more than the margin: each lower limit, at 5 % in all (one-sided, Bonferroni over the others),
lies above minus the margin. So what is decided is worse than the best by more than the margin in at most 5 % of cases
(selection with an indifference zone: Bechhofer 1954; comparisons with the best: Hsu 1984).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from shared.lab.deciding import taking_up
from shared.lab.deciding.evidence import Evidence
from shared.lab.deciding.taking_up import Schedule
from shared.lab.deciding.values import Rates, Values
from shared.statistics.errors import Estimates, estimated, quantile
from shared.statistics.families import LEVEL
from shared.statistics.resampling import Floats


@dataclass(frozen=True)
class Worth:
    """What an answer of a contestant is worth on average, with its own 95 % limits, costs of updates included."""

    mean: float
    low: float
    high: float
    schedule: Schedule


@dataclass(frozen=True)
class Lead:
    """By how much an answer of the best is worth more than another's, the least of it that is sure, and its error."""

    difference: float
    least: float
    error: float


@dataclass(frozen=True)
class Decision:
    """At some rates: who is worth most on average, and what the lead over each other is.

    `cannot_keep_up`: those for whom there are too many updates. `one_training`: what was trained was trained once, so
    that the decision speaks of that adapter alone.
    """

    rates: Rates
    margin: float
    best: str
    worths: Mapping[str, Worth]
    leads: Mapping[str, Lead]
    cannot_keep_up: tuple[str, ...]
    one_training: bool

    @property
    def rivals(self) -> tuple[str, ...]:
        """Those that may be better by more than the margin; none where it is decided."""
        return tuple(name for name, lead in self.leads.items() if lead.least <= -self.margin)

    @property
    def decided(self) -> bool:
        return not self.rivals

    @property
    def times_as_many(self) -> float:
        """How many times as many documents, about, would decide it if the leads are what they seem; at least 1."""
        short = [self.leads[name] for name in self.rivals]
        return max(
            (((lead.difference - lead.least) / (lead.difference + self.margin)) ** 2 for lead in short), default=1.0
        )


def decide(evidence: Evidence, values: Values, points: Sequence[Rates]) -> list[Decision]:
    """One decision for each of the points. Raises ValueError where no contestant keeps up with the updates of one."""
    counted = _Counted(evidence, values)
    return [counted.decision(rates) for rates in points]


class _Counted:
    """Evidence, added up once for all points."""

    def __init__(self, evidence: Evidence, values: Values) -> None:
        self._evidence, self._values = evidence, values
        self._totals = evidence.totals(values)
        self._means = self._totals[:, :-1].sum(axis=0) / self._totals[:, -1].sum()
        self._names = [one.name for one in evidence.contestants]

    def decision(self, rates: Rates) -> Decision:
        schedules = {at: made for at in range(len(self._names)) if (made := self._schedule(at, rates)) is not None}
        if not schedules:
            raise ValueError(f"no contestant keeps up with {rates.updates_per_day:g} updates a day")
        of = list(schedules)
        weights = np.stack([self._weights(at, schedules[at]) for at in of], axis=1)
        costs = np.array([self._values.machine_second * schedules[at].machine_s for at in of]) / rates.questions_per_day
        alone = self._estimates(weights, np.array([self._evidence.trained[at] for at in of]))
        means = weights.T @ self._means + costs
        first = int(means.argmax())
        leads = self._leads(first, of, weights, costs)
        low, high = alone.limits()
        shifted = means - alone.centre
        return Decision(
            rates=rates,
            margin=self._values.margin,
            best=self._names[of[first]],
            worths={
                self._names[at]: Worth(float(means[n]), float((low + shifted)[n]), float((high + shifted)[n]),
                                       schedules[at])
                for n, at in enumerate(of)
            },
            leads=leads,
            cannot_keep_up=tuple(name for at, name in enumerate(self._names) if at not in schedules),
            one_training=self._evidence.trainings < 2 and bool(self._evidence.trained.any()),
        )  # fmt: skip

    def _schedule(self, at: int, rates: Rates) -> Schedule | None:
        known, pending = self._means[2 * at], self._means[2 * at + 1]
        return taking_up.best(
            self._evidence.contestants[at].updating, rates, self._values, float(known), float(pending)
        )

    def _weights(self, at: int, schedule: Schedule) -> Floats:
        """Of each column of the totals, in the worth of this contestant."""
        weights = np.zeros(2 * len(self._names))
        weights[2 * at : 2 * at + 2] = 1 - schedule.pending, schedule.pending
        return weights

    def _leads(self, first: int, of: Sequence[int], weights: Floats, costs: Floats) -> dict[str, Lead]:
        """Over each of the others."""
        others = [n for n in range(len(of)) if n != first]
        if not others:
            return {}
        trained = self._evidence.trained
        either = np.array([max(trained[of[first]], trained[of[n]]) for n in others])
        apart = weights[:, [first]] - weights[:, others]
        made = self._estimates(apart, either)
        reach = quantile(1 - LEVEL / len(others), made.freedom) * made.error
        cost = costs[first] - costs[others]
        seen = apart.T @ self._means + cost
        return {
            self._names[of[n]]: Lead(float(seen[at]), float((made.centre + cost - reach)[at]), float(made.error[at]))
            for at, n in enumerate(others)
        }

    def _estimates(self, weights: Floats, trained: Floats) -> Estimates:
        """Of each column of the weights."""
        counts = self._totals[:, -1:]
        reach = np.abs(weights) * np.array(self._most)[:, None]
        return estimated(
            np.hstack([self._totals[:, :-1] @ weights, counts]), self._evidence.hang,
            self._values.span * reach.max(axis=0), trained,
        )  # fmt: skip

    @property
    def _most(self) -> list[float]:
        """How much an item weighs in the mean of each column, over its weight in the mean of all items."""
        items = len(self._evidence.items)
        return [items / len(answers) for one in self._evidence.contestants for answers in (one.known, one.pending)]
