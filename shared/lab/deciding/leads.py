"""By how much one contestant is ahead of another, how much of it is sure, and what bad questions leave of that.

Where a share b of the questions is bad, what was measured is 1 - b times the lead over good ones and b times that over
bad ones (contaminated samples: Horowitz and Manski 1995, Econometrica 63). What answers cost is the same on both. If
bad ones favour nobody by their outcomes, a lead shrinks, and what is left of a cheaper contestant's is more of it the
price: a lead is sure to lie above minus the margin over good questions where its lower limit lies above

    -margin + b (margin + cheaper)

The same line moved by b t holds where bad ones favour the best by t. Both are linear in b, so that what holds for the
largest b and for none holds for all between.
"""

from dataclasses import dataclass
from math import inf

from shared.lab.deciding.taking_up import Schedule

BREAKS = 0.5
"""A share of bad questions from which on nothing is decided: most of what was measured may speak of them."""


@dataclass(frozen=True)
class Worth:
    """What an answer of a contestant is worth on average, with its own 95 % limits, costs of updates included."""

    mean: float
    low: float
    high: float
    schedule: Schedule


@dataclass(frozen=True)
class Lead:
    """By how much an answer of the best is worth more than another's, and the least of it that is sure.

    `error`: its standard error over documents and trainings, `by_documents` over documents alone; `reach`: how many
    errors the least lies below. `cheaper`: the part of the difference that waiting, work and updates make.
    """

    difference: float
    least: float
    error: float
    by_documents: float
    reach: float
    cheaper: float = 0.0

    def bar(self, margin: float, bad: float) -> float:
        """How far below 0 the least may lie, where up to this share of the questions is bad; at most the margin."""
        return margin - bad * max(0.0, margin + self.cheaper)

    def is_sure(self, margin: float, bad: float) -> bool:
        """Whether the other is surely not better by more than the margin."""
        return self.least > -self.bar(margin, bad)

    def tips(self, margin: float, bad: float) -> float:
        """How far this share of bad questions would have to favour the best for that to be sure no more."""
        return (self.least + margin) / bad - margin - self.cheaper

    def times_as_many(self, margin: float, bad: float = 0.0) -> float | None:
        """How many times as many documents, about, would decide it if the lead is what it seems, at least 1.

        None where no number of documents would, since the trainings alone lie too far apart; infinity where it may be
        what bad questions make of none.
        """
        ahead = self.difference + self.bar(margin, bad)
        if ahead <= 0:
            return inf
        by_trainings = max(self.error**2 - self.by_documents**2, 0.0)
        room = (ahead / self.reach) ** 2 - by_trainings
        return max(1.0, self.by_documents**2 / room) if room > 0 else None
