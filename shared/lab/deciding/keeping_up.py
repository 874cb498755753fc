"""Whether one machine can do what is asked of it: its work in a day for answers, and beside them for updates."""

from collections.abc import Sequence
from dataclasses import dataclass

from shared.lab.deciding.evidence import Evidence
from shared.lab.deciding.rule import Decision
from shared.lab.deciding.values import DAY_S

BUSY = 0.7
"""From this share on questions wait for one another: at 70 % of a single queue's work more than twice as long as they
take alone (M/M/1: 1 / (1 - 0.7) = 3.3 times)."""


@dataclass(frozen=True)
class Load:
    """Shares of a day (1: all of it) that a machine works for a contestant; `updates` counts trainings.

    Without `updates` it cannot keep up with them, whatever is asked.
    """

    name: str
    answers: float
    updates: float | None

    @property
    def total(self) -> float | None:
        return None if self.updates is None else self.answers + self.updates

    @property
    def keeps_up(self) -> bool:
        return self.total is not None and self.total <= 1

    def in_words(self) -> str:
        """One line of a list."""
        answers = f"{self.name} {_share(self.answers)} for answers"
        if self.updates is None or self.total is None:
            return f"{answers}, and it cannot keep up with the updates"
        said = f"{answers} and {_share(self.updates)} for updates"
        if self.total > 1:
            return f"{said}: it does not keep up"
        return f"{said}: questions will wait for one another" if self.total > BUSY else said


def loads(evidence: Evidence, decision: Decision) -> list[Load]:
    """Of each contestant, at the rates of the decision and the schedule that it would follow."""
    asked = decision.rates.questions_per_day
    return [
        Load(
            one.name,
            asked * one.machine_s / DAY_S,
            decision.worths[one.name].schedule.machine_s / DAY_S if one.name in decision.worths else None,
        )
        for one in evidence.contestants
    ]


def warning(decision: Decision, all_loads: Sequence[Load]) -> str:
    """What stands beside the decision where one machine does not do what it recommends; "" where it does."""
    if not decision.is_worth_asking:
        return ""
    best = next(load for load in all_loads if load.name == decision.best)
    if best.keeps_up or best.updates is None or best.total is None:
        return ""
    trains = decision.worths[best.name].schedule.every_s is not None
    parts = f"{_share(best.answers)} for answers and {_share(best.updates)} for updates"
    rarer = ", or rarer trainings, at which less is known" if trains else ""
    return (
        f"But one machine does not keep up with {best.name}: it would have to work {_share(best.total)} of a day "
        f"({parts}). This takes {int(-(-best.total // 1))} such machines or one that is as much faster{rarer}."
    )


def _share(share: float) -> str:
    """Of a day."""
    if 0 < share < 0.0005:
        return "under 0.1 %"
    return f"{100 * share:,.1f} %" if share < 10 else f"{100 * share:,.0f} %"
