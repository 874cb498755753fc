"""Whether a budget of time still has room for one more training, as fast as this machine has shown itself to be."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from services.console.deciding import planning
from services.console.deciding.planning import Material, Plan, Speeds


@dataclass
class Pace:
    """`began`: when the work did, by the clock. `budget_s` None: there is room for everything.

    `there`: runs that an earlier start held, whose questions are not asked again.
    """

    budget_s: float | None
    plan: Plan
    material: Material
    began: float
    there: int = 0
    speeds: Speeds = field(default_factory=Speeds)
    clock: Callable[[], float] = time.monotonic
    _took: list[float] = field(default_factory=list)

    def another(self, took_s: float) -> bool:
        """After a training of so many seconds: whether one more fits, with the questions for its adapter too."""
        self._took.append(took_s)
        return self._fits(max(self._took), len(self._took) + 1)

    def small(self, share: float) -> bool:
        """Whether a training on a share of the data fits, with what is still to be asked."""
        return self._fits(
            planning.small_s(share, self.plan, self.material, self.speeds) * self._slower, len(self._took)
        )

    @property
    def _slower(self) -> float:
        """How many times as long as foreseen trainings took."""
        foreseen = planning.training_s(self.plan, self.material, self.speeds)
        return max(1.0, max(self._took, default=foreseen) / foreseen)

    def _fits(self, training_s: float, runs: int) -> bool:
        if self.budget_s is None:
            return True
        asked = self.plan.model_copy(update={"trainings": max(1, self.there + runs)})
        rest = training_s + planning.asked_s(asked, self.material, self.speeds, self.there) * self._slower
        return self.clock() - self.began + rest <= self.budget_s
