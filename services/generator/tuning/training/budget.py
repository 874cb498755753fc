"""How long a run is: its steps, counted before it begins, and how fast it may learn in each of them.

Examples and plan decide it, never a clock: the same run on a busy machine has the same steps at the same rates.
"""

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from services.generator.tuning.training.plan import TrainingPlan
from services.generator.tuning.training.tokens import Encoded, batches, steps_of


@dataclass(frozen=True)
class Budget:
    """A run of so many steps. `epochs`: how many passes over the examples they are."""

    steps: int
    warmup: float
    epochs: float

    def rate(self, step: int) -> float:
        """Share of the highest learning rate after so many steps, the first of which is 0.

        Linear warm-up, then a cosine down to 0 (Loshchilov & Hutter 2017).
        """
        progress = step / self.steps
        if progress < self.warmup:
            return max(0.02, progress / self.warmup)
        return 0.5 * (1 + math.cos(math.pi * (progress - self.warmup) / (1 - self.warmup)))


def of(examples: Sequence[Encoded], plan: TrainingPlan) -> Budget:
    """The budget of a run over these examples: the plan's epochs, steps or tokens, whichever end sooner.

    Epochs that are fewer than `least_steps` are prolonged to those.
    """
    in_epoch = steps_of(examples, plan.step_size, plan.seed, plan.step_tokens)
    limits = [] if plan.epochs is None else [max(plan.least_steps, math.ceil(in_epoch * plan.epochs))]
    limits += [] if plan.steps is None else [plan.steps]
    if plan.tokens is not None:
        limits.append(_steps_within(plan.tokens, examples, plan, min(limits, default=None)))
    return Budget(min(limits), plan.warmup, min(limits) / in_epoch)


def _steps_within(tokens: int, examples: Sequence[Encoded], plan: TrainingPlan, most: int | None) -> int:
    """How many of the run's steps learn from no more tokens together; at least one, and at most `most`."""
    so_far = itertools.accumulate(_sizes(examples, plan, most))
    return max(1, sum(1 for _ in itertools.takewhile(lambda learned: learned <= tokens, so_far)))


def tokens_in(steps: int, examples: Sequence[Encoded], plan: TrainingPlan) -> int:
    """The tokens that so many steps learn from."""
    return sum(_sizes(examples, plan, steps))


def _sizes(examples: Sequence[Encoded], plan: TrainingPlan, steps: int | None) -> Iterator[int]:
    """Tokens of each step."""
    order = itertools.islice(batches(examples, plan.step_size, plan.seed, plan.step_tokens), steps)
    return (sum(map(len, batch)) for batch in order)
