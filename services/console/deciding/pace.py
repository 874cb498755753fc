"""Whether a budget of time still has room for one more training, as fast as this machine has shown itself to be."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from services.console.deciding import planning
from services.console.deciding.planning import Material, Plan, Speeds


@dataclass
class Pace:
    """From its making on. `budget_s` None: there is room for everything."""

    budget_s: float | None
    plan: Plan
    material: Material
    speeds: Speeds = field(default_factory=Speeds)
    clock: Callable[[], float] = time.monotonic

    def __post_init__(self) -> None:
        self._began, self._trained = self.clock(), 0

    def another(self, took_s: float) -> bool:
        """Whether one more training of so many seconds fits, with the questions for its adapter and those before."""
        self._trained += 1
        if self.budget_s is None:
            return True
        slower = max(1.0, took_s / self._foreseen_s)
        runs = self.plan.model_copy(update={"trainings": self._trained + 1, "shares": ()})
        asked = planning.asked_s(runs, self.material, self.speeds) * slower
        return self.clock() - self._began + took_s + asked <= self.budget_s

    @property
    def _foreseen_s(self) -> float:
        return planning.training_s(self.plan, self.material, self.speeds)
