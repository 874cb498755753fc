"""The training loop: steps until the budget is used up, checkpoints on the way, the result saved as safetensors.

The budget says how far a run is and how fast it may learn: by steps, or by the clock where time runs out first.
"""

import itertools
import math
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from services.generator import models
from services.generator.tuning.training import network as networks
from services.generator.tuning.training.checkpoint import Checkpoints, Standing
from services.generator.tuning.training.plan import TrainingPlan
from services.generator.tuning.training.step import accumulate
from services.generator.tuning.training.tokens import Encoded, batches, steps_of
from shared.jobs.events import Write
from shared.jobs.training import StepTaken, TrainingResumed
from shared.models.language import Model


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


@dataclass(frozen=True)
class RunSetup:
    """Where a run works: its result, its checkpoints and how often, the processors, the adapter to go on from."""

    folder: Path
    checkpoints: Checkpoints
    checkpoint_s: float = 60.0
    threads: int = 0
    start: Path | None = None


def train(examples: Sequence[Encoded], *, model: Model, plan: TrainingPlan, place: RunSetup, say: Write) -> Standing:
    """Train and save: an adapter, or under `full` the whole model; `say` hears of every step.

    An unfinished run of the same key goes on from its checkpoint. The same examples, plan and machine give the same
    weights, interrupted or not, unless `max_seconds` cuts the run short. Raises ValueError where the adapter to go on
    from does not fit the plan.
    """
    torch.manual_seed(plan.seed)
    torch.set_num_threads(place.threads or os.cpu_count() or 1)
    network = networks.build(model.folder, plan)
    if place.start:
        networks.start_from(network, place.start)
    run = _Run(network, plan, place, say)
    standing = run.go(examples)
    if plan.method != "full":
        networks.weaken(network, plan.strength)
        network.peft_config["default"].base_model_name_or_path = model.name
        network.save_pretrained(place.folder, save_embedding_layers=False)
    else:
        network.save_pretrained(place.folder)
        models.tokenizer_of(model).save_pretrained(place.folder)
    return standing


class _Run:
    """What changes while a run goes on."""

    def __init__(self, network: Any, plan: TrainingPlan, place: RunSetup, say: Write) -> None:
        self._network, self._plan, self._place, self._say = network, plan, place, say
        self._weights = networks.learned(network)
        self._optimiser = networks.optimiser([*self._weights.values()], plan)

    def go(self, examples: Sequence[Encoded]) -> Standing:
        """Steps from where the run stands to its end; the loss told is a running mean over about ten steps."""
        plan, standing = self._plan, self._place.checkpoints.restore(self._weights, self._optimiser)
        if standing.step:
            spent = round(standing.seconds, 1)
            self._say(TrainingResumed(resumed_from_step=standing.step, seconds_before=spent))
            standing.resumed.append(standing.step)
        order = plan.step_size, plan.seed, plan.step_tokens
        budget = Budget(math.ceil(steps_of(examples, *order) * plan.epochs), plan.max_seconds, plan.warmup)
        before, begun = standing.seconds, time.monotonic()
        saved = begun
        for batch in itertools.islice(batches(examples, *order), standing.step, None):
            if budget.progress(standing.step, standing.seconds) >= 1:
                break
            self._step(batch, budget.rate(budget.progress(standing.step, standing.seconds)), standing)
            standing.seconds = before + time.monotonic() - begun
            self._say(_step_taken(budget, standing))
            if time.monotonic() - saved >= self._place.checkpoint_s:
                self._place.checkpoints.save(self._weights, self._optimiser, standing)
                saved = time.monotonic()
        return standing

    def _step(self, batch: Sequence[Encoded], rate: float, standing: Standing) -> None:
        for group in self._optimiser.param_groups:
            group["lr"] = self._plan.learning_rate * rate
        loss = accumulate(self._network, batch, self._plan.batch_size)
        if not math.isfinite(loss):
            raise ValueError(
                f"training came apart at step {standing.step + 1}: its loss is {loss}; try a lower learning_rate"
            )
        torch.nn.utils.clip_grad_norm_(self._weights.values(), self._plan.clip)
        self._optimiser.step()
        self._optimiser.zero_grad()
        standing.count(loss, sum(map(len, batch)))


def _step_taken(budget: Budget, standing: Standing) -> StepTaken:
    done = budget.progress(standing.step, standing.seconds)
    return StepTaken(
        step=standing.step,
        steps=budget.expected_steps(standing.step, standing.seconds),
        loss=round(math.nan if standing.loss is None else standing.loss, 4),
        tokens=standing.tokens,
        tokens_per_s=round(standing.tokens / standing.seconds, 1),
        seconds_left=round(standing.seconds * (1 - done) / done, 1),
    )
