"""Whether a difference matters: equivalence and non-inferiority against a margin, and what is too small to matter.

Both follow the printed interval: equivalent where all of it lies within the margin, no worse where its worse end does
(two one-sided tests, Schuirmann 1987, at 2.5 % each; the more careful of the usual levels). Whether one is better, and
whether it is no worse, are families of their own.
"""

from dataclasses import dataclass
from typing import Literal

from shared.statistics.families import LEVEL

Side = Literal["a", "b", "both"]
TRIVIAL = 0.01  # of a measure's span: a point of accuracy


@dataclass(frozen=True)
class Against:
    """Adjusted p of two hypotheses: that a minus b is at most -margin, and that it is at least the margin."""

    far_below: float
    far_above: float

    @property
    def equivalent(self) -> float:
        """The p of not being equivalent."""
        return max(self.far_below, self.far_above)

    def no_worse(self, *, lower_is_better: bool) -> Side | None:
        """Which arm is surely no worse than the other by the margin; None where neither is."""
        a, b = self.far_below < LEVEL, self.far_above < LEVEL
        if a and b:
            return "both"
        if a or b:
            return "a" if a != lower_is_better else "b"
        return None


def trivial(low: float, high: float, *, margin: float | None, span: float) -> bool:
    """Whether the whole interval lies within the margin, or within 1 % of the measure's span where none is set."""
    return max(abs(low), abs(high)) < (TRIVIAL * span if margin is None else margin)
