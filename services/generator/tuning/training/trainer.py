"""The training loop: steps until the budget is used up, checkpoints on the way, the result saved as safetensors.

The clock decides nothing about a step. A time limit only ends a run before its last one, and then it is unfinished.
"""

import itertools
import math
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Any

import torch

from services.generator import models
from services.generator.tuning.training import held_examples, holding
from services.generator.tuning.training import network as networks
from services.generator.tuning.training.budget import Budget
from services.generator.tuning.training.checkpoint import Checkpoints, Standing
from services.generator.tuning.training.held_examples import Held
from services.generator.tuning.training.plan import TrainingPlan
from services.generator.tuning.training.step import accumulate
from services.generator.tuning.training.tokens import Encoded, batches
from shared.jobs.events import Write
from shared.jobs.training import BaseAnswered, StepTaken, TrainingResumed
from shared.models.language import Model


@dataclass(frozen=True)
class RunSetup:
    """Where a run works: its result, its checkpoints and how often, the processors, the adapter to go on from.

    `opening`: tokens as which a cartridge begins; none: by chance. `held`: what the model is held to its base on.
    `clock`: seconds that only grow.
    """

    folder: Path
    checkpoints: Checkpoints
    checkpoint_s: float = 60.0
    threads: int = 0
    start: Path | None = None
    opening: Sequence[int] = ()
    held: Held = held_examples.NOTHING
    clock: Callable[[], float] = time.monotonic


def train(
    examples: Sequence[Encoded], budget: Budget, *, model: Model, plan: TrainingPlan, place: RunSetup, say: Write
) -> Standing:
    """Train and save: an adapter, or under `full` the whole model; `say` hears of every step.

    A run of the same key goes on from its checkpoint. The same examples, plan and machine give the same weights,
    interrupted or not, however busy the machine is. Where `max_seconds` pass first the run has fewer steps than its
    budget, and its checkpoint stays for the next start. Raises ValueError where the adapter to go on from does not fit
    the plan.
    """
    torch.manual_seed(plan.seed)
    torch.set_num_threads(place.threads or os.cpu_count() or 1)
    network = networks.build(model.folder, plan)
    if place.start:
        networks.start_from(network, place.start)
    elif place.opening:
        networks.open_with(network, place.opening)
    run = _Run(network, plan, place, say)
    standing = run.go(examples, budget)
    if plan.method != "full":
        if plan.strength < 1:
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
        self._optimiser = networks.optimiser(network, plan)
        self._divergence: float | None = None
        self._rates = [group["lr"] for group in self._optimiser.param_groups]

    def go(self, examples: Sequence[Encoded], budget: Budget) -> Standing:
        """Steps from where the run stands to its end, at least one where any is left, until the time is up.

        The loss told is a running mean over about ten steps.
        """
        plan, place = self._plan, self._place
        standing = place.checkpoints.restore(self._weights, self._optimiser)
        if standing.step:
            spent = round(standing.seconds, 1)
            self._say(TrainingResumed(resumed_from_step=standing.step, seconds_before=spent))
            standing.resumed.append(standing.step)
        order = plan.step_size, plan.seed, plan.step_tokens
        before, begun = standing.seconds, place.clock()
        saved = begun
        asked = len(place.held.prompts)
        answers = holding.answered(
            self._network, place.held.prompts, lambda done: self._say(BaseAnswered(answered=done, of=asked))
        )
        held = held_examples.spread(answers, place.held, plan, budget.steps)
        for batch in itertools.islice(batches(examples, *order), standing.step, budget.steps):
            self._step(batch, held[standing.step], budget.rate(standing.step), standing)
            now = place.clock()
            standing.seconds = before + now - begun
            self._say(_step_taken(budget, standing, self._divergence))
            up = plan.max_seconds is not None and now - begun >= plan.max_seconds
            if up or now - saved >= place.checkpoint_s:
                place.checkpoints.save(self._weights, self._optimiser, standing)
                saved = now
            if up:
                break
        return standing

    def _step(
        self, batch: Sequence[Encoded], held: Sequence[Sequence[Encoded]], rate: float, standing: Standing
    ) -> None:
        for group, highest in zip(self._optimiser.param_groups, self._rates, strict=True):
            group["lr"] = highest * rate
        loss = accumulate(self._network, batch, self._plan.batch_size)
        weight = self._plan.hold.weight if self._plan.hold else 0.0
        apart = [holding.accumulate(self._network, kept, weight) for kept in held]
        for what, value in (("loss", loss), *(("divergence from the base", value) for value in apart)):
            if not math.isfinite(value):
                raise ValueError(
                    f"training came apart at step {standing.step + 1}: its {what} is {value}; try a lower learning_rate"
                )
        self._divergence = fmean(apart) if apart else self._divergence
        torch.nn.utils.clip_grad_norm_(self._weights.values(), self._plan.clip)
        self._optimiser.step()
        self._optimiser.zero_grad()
        standing.count(loss, sum(len(example) for part in (batch, *held) for example in part))


def _step_taken(budget: Budget, standing: Standing, divergence: float | None) -> StepTaken:
    return StepTaken(
        step=standing.step,
        steps=budget.steps,
        loss=round(math.nan if standing.loss is None else standing.loss, 4),
        divergence=None if divergence is None else round(divergence, 4),
        tokens=standing.tokens,
        tokens_per_s=round(standing.tokens / max(1e-9, standing.seconds), 1),
        seconds_left=round(standing.seconds * (budget.steps / standing.step - 1), 1),
    )
