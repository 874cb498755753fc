"""How far a run is and how fast it may learn: by steps, or by the clock where time runs out first."""

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Budget:
    """A run ends after `steps` or `seconds`, whichever is sooner."""

    steps: int
    seconds: float
    warmup: float

    def progress(self, step: int, elapsed: float) -> float:
        """Share of the run that is over, in [0, 1]."""
        return min(1.0, max(step / self.steps, elapsed / self.seconds))

    def rate(self, progress: float) -> float:
        """Share of the highest learning rate: linear warm-up, then a cosine down to 0 (Loshchilov & Hutter 2017)."""
        if progress < self.warmup:
            return max(0.02, progress / self.warmup)
        return 0.5 * (1 + math.cos(math.pi * (progress - self.warmup) / (1 - self.warmup)))

    def expected_steps(self, step: int, elapsed: float) -> int:
        """How many steps the run will have had at its end, going on at this pace."""
        return max(step, min(self.steps, round(step / max(1e-9, self.progress(step, elapsed)))))
