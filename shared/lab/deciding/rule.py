"""Which contestant is worth most at some rates, and whether that is decided.

An answer's worth is linear in what was measured, so that the standard error over documents and trainings is that of
`shared.statistics.errors`. The contestant with the highest mean is recommended. It is decided where it is surely not
worse than any other by more than the margin: each lower limit, at 5 % in all (one-sided, Bonferroni over the others),
lies above minus the margin. So what is decided is worse than the best by more than the margin in at most 5 % of cases
(selection with an indifference zone: Bechhofer 1954; comparisons with the best: Hsu 1984).

What bad questions do to that is in `shared.lab.deciding.leads`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf

import numpy as np

from shared.lab.deciding import taking_up, weighing
from shared.lab.deciding.evidence import Evidence
from shared.lab.deciding.leads import BREAKS, Lead, Worth
from shared.lab.deciding.taking_up import Schedule
from shared.lab.deciding.values import Rates, Values
from shared.statistics.errors import Estimates, estimated, quantile
from shared.statistics.families import LEVEL
from shared.statistics.resampling import Floats


@dataclass(frozen=True)
class Decision:
    """At some rates: who is worth most on average, and what the lead over each other is.

    `silent` is what a declined answer is worth. `cannot_keep_up`: those for whom there are too many updates.
    `one_training`: what was trained was trained once, so that the decision speaks of that adapter alone. `bad`: the
    largest share of the questions that may be bad.
    """

    rates: Rates
    margin: float
    silent: float
    best: str
    worths: Mapping[str, Worth]
    leads: Mapping[str, Lead]
    cannot_keep_up: tuple[str, ...]
    one_training: bool
    bad: float = 0.0

    @property
    def too_bad(self) -> bool:
        """Whether half of the questions or more may be bad: then nothing is decided on them."""
        return self.bad >= BREAKS

    @property
    def tips(self) -> tuple[str, float] | None:
        """Over whom, and how far, bad questions would have to favour the best for it to be decided no more.

        In worth of an answer, on average over the bad ones; None where none may be bad, or nothing is decided.
        """
        if not self.bad or not self.leads or not self.decided:
            return None
        name = min(self.leads, key=lambda name: self.leads[name].tips(self.margin, self.bad))
        return name, self.leads[name].tips(self.margin, self.bad)

    @property
    def is_worth_asking(self) -> bool:
        """Whether the best is worth more than to decline everything."""
        return self.worths[self.best].mean > self.silent

    @property
    def rivals(self) -> tuple[str, ...]:
        """Those that may be better by more than the margin; none where it is decided."""
        return tuple(
            name for name, lead in self.leads.items() if self.too_bad or not lead.is_sure(self.margin, self.bad)
        )

    @property
    def decided(self) -> bool:
        return not self.rivals

    @property
    def times_as_many(self) -> float | None:
        """The same of the rival that needs the most; None where more documents alone would not decide it.

        Infinity where too many questions may be bad, whatever their number.
        """
        if self.too_bad and self.rivals:
            return inf
        times = [self.leads[name].times_as_many(self.margin, self.bad) for name in self.rivals]
        known = [each for each in times if each is not None]
        return max(known, default=1.0) if len(known) == len(times) else None


def decide(evidence: Evidence, values: Values, points: Sequence[Rates]) -> list[Decision | None]:
    """One decision for each of the points; None where no contestant keeps up with the updates."""
    worth = _Worth(evidence, values)
    return [worth.decision(rates) for rates in points]


class _Worth:
    """Evidence, added up once for all points."""

    def __init__(self, evidence: Evidence, values: Values) -> None:
        self._evidence, self._values, self._counted = evidence, values, evidence.counted(values)
        self._names = [one.name for one in evidence.contestants]
        self._weighed = weighing.strata(evidence, values)

    def decision(self, rates: Rates) -> Decision | None:
        schedules = {at: made for at in range(len(self._names)) if (made := self._schedule(at, rates)) is not None}
        if not schedules:
            return None
        of = list(schedules)
        weights = np.stack([self._weights(at, schedules[at]) for at in of], axis=1)
        costs = np.array([self._values.machine_second * schedules[at].machine_s for at in of]) / rates.questions_per_day
        alone = self._errors(weights, self._evidence.trained[of])
        means = weights.T @ self._counted.means + costs
        reach = quantile(1 - LEVEL / 2, alone.freedom) * alone.error
        first = int(means.argmax())
        return Decision(
            rates=rates,
            margin=self._values.margin,
            silent=self._values.silent,
            best=self._names[of[first]],
            worths={
                self._names[at]: Worth(float(means[n]), float((means - reach)[n]), float((means + reach)[n]),
                                       schedules[at])
                for n, at in enumerate(of)
            },
            leads=self._leads(first, of, weights, means, weights.T @ self._counted.costs + costs),
            cannot_keep_up=tuple(name for at, name in enumerate(self._names) if at not in schedules),
            one_training=self._evidence.trainings < 2 and bool(self._evidence.trained.any()),
            bad=self._evidence.bad,
        )  # fmt: skip

    def _schedule(self, at: int, rates: Rates) -> Schedule | None:
        known, pending = self._counted.means[2 * at], self._counted.means[2 * at + 1]
        return taking_up.best(
            self._evidence.contestants[at].updating, rates, self._values, float(known), float(pending)
        )

    def _weights(self, at: int, schedule: Schedule) -> Floats:
        """Of each counted mean, in the worth of this contestant."""
        weights = np.zeros(2 * len(self._names))
        weights[2 * at : 2 * at + 2] = 1 - schedule.pending, schedule.pending
        return weights

    def _leads(self, first: int, of: Sequence[int], weights: Floats, means: Floats, costs: Floats) -> dict[str, Lead]:
        """Over each of the others; `costs`: the part of the means that does not depend on what was answered."""
        others = [n for n in range(len(of)) if n != first]
        if not others:
            return {}
        trained = self._evidence.trained
        either = np.array([max(trained[of[first]], trained[of[n]]) for n in others])
        apart = weights[:, [first]] - weights[:, others]
        made, by_documents = self._errors(apart, either), self._errors(apart, np.zeros(len(others)))
        reach, seen = quantile(1 - LEVEL / len(others), made.freedom), means[first] - means[others]
        least = seen - reach * made.error
        return {
            self._names[of[n]]: Lead(
                float(seen[at]),
                float(least[at]),
                float(made.error[at]),
                float(by_documents.error[at]),
                float(reach[at]),
                float(costs[first] - costs[n]),
            )
            for at, n in enumerate(others)
        }

    def _errors(self, weights: Floats, trained: Floats) -> Estimates:
        """Of each column of the weights; the residuals' own mean is 0."""
        residuals = self._counted.residuals
        span = self._values.span * (np.abs(weights) * self._counted.most[:, None]).max(axis=0)
        made = estimated(
            np.hstack([residuals[:, :-1] @ weights, residuals[:, -1:]]), self._evidence.hang, span, trained
        )
        return weighing.widened(made, weights[::2], self._weighed, self._values)
