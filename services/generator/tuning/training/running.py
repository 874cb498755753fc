"""A training run from examples to a folder: its memory foreseen, its checkpoints keyed, its record written."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog

from services.generator import models
from services.generator.tuning.data.example import Example
from services.generator.tuning.settings import TuningSettings
from services.generator.tuning.training import (
    budget,
    held_examples,
    memory,
    opening,
    record,
    reusing,
    room,
    shape,
    tokens,
    tracking,
)
from services.generator.tuning.training.budget import Budget
from services.generator.tuning.training.checkpoint import Standing
from services.generator.tuning.training.memory import Load, Memory
from services.generator.tuning.training.plan import OF_CARTRIDGES, TrainingPlan
from services.generator.tuning.training.record import RunFacts
from services.generator.tuning.training.tokens import Encoded, Prompts
from shared.jobs.events import Write
from shared.jobs.training import MemoryForeseen, MemoryUnknown, RunPlanned, TrainingReused
from shared.messages import TrainingRun
from shared.models import chat_template
from shared.models.language import Model
from shared.models.special_tokens import SpecialTokenError

log = structlog.get_logger()


@dataclass(frozen=True)
class Inputs:
    """Everything that decides the weights."""

    examples: Sequence[Encoded]
    model: Model
    plan: TrainingPlan
    dataset_sha256: str
    prompts: Sequence[str]
    start: Path | None = None
    start_sha256: str = ""
    opening: Sequence[int] = ()
    held: held_examples.Held = held_examples.NOTHING

    def facts(self) -> RunFacts:
        """What names the run; its key is the hash of this and the plan."""
        return RunFacts(
            dataset_sha256=self.dataset_sha256,
            base_model=self.model.name,
            base_sha256=self.model.sha256,
            prompts=tuple(self.prompts),
            started_from_sha256=self.start_sha256,
        )


def encoded(
    examples: Sequence[Example],
    *,
    dataset_sha256: str,
    model: Model,
    plan: TrainingPlan,
    prompts: Prompts,
    texts: Sequence[str] = (),
) -> Inputs:
    """The inputs of a run that begins afresh, in the model's tokens. `texts`: what it may hold its model on.

    An example in which a word would be a special token of the model is left out. Raises ValueError where the model
    cannot be told a chat.
    """
    tokenizer = models.tokenizer_of(model)
    chat_template.require(tokenizer, model.label)
    rows: list[Encoded] = []
    for example in examples:
        try:
            row = tokens.encode(example, tokenizer=tokenizer, prompts=prompts, max_tokens=plan.max_tokens)
        except SpecialTokenError as error:
            log.warning("example left out", reason=str(error), documents=example.document_ids)
        else:
            rows += [row] * example.times
    versions = [prompts.closed_book.version, prompts.rag.version]
    begins, holds = (
        opening.of(examples, plan, tokenizer),
        held_examples.of(texts, plan, tokenizer, prompts.closed_book),
    )
    return Inputs(rows, model, plan, dataset_sha256, versions, opening=begins, held=holds)


def run(
    inputs: Inputs,
    folder: Path,
    *,
    home: Path,
    settings: TuningSettings,
    say: Write,
    clock: Callable[[], float] = time.monotonic,
    finished: Path | None = None,
) -> TrainingRun:
    """Train into `folder`, or go on where a killed or unfinished run with the same inputs stood.

    `finished` is an adapter's folder: where it came of the same inputs, it is copied instead.

    Raises TooLargeError where the prediction exceeds what is free, ValueError where the plan cannot be run.
    """
    from services.generator.tuning.training import checkpoint, trainer

    facts, plan = inputs.facts(), inputs.plan
    names = facts.model_dump(mode="json")
    key = checkpoint.key_of(plan=decides(plan), examples=len(inputs.examples), **names)
    if finished is not None and (ended := reusing.copied(finished, folder, key)):
        say(TrainingReused(adapter=finished.name))
        return ended
    needed = _foreseen(inputs, say)
    place = trainer.RunSetup(
        folder, checkpoint.Checkpoints(home / "runs" / key), checkpoint_s=settings.checkpoint_s,
        threads=settings.threads, start=inputs.start, opening=inputs.opening, held=inputs.held, clock=clock,
    )  # fmt: skip
    length = budget.of(inputs.examples, plan)
    read = budget.tokens_in(length.steps, inputs.examples, plan) + held_examples.tokens_in(inputs.held, plan)
    say(RunPlanned(steps=length.steps, tokens=read, epochs=round(length.epochs, 3)))
    with tracking.told(settings.mlflow_uri, key, plan.model_dump() | names, say) as say_all:
        standing = trainer.train(inputs.examples, length, model=inputs.model, plan=plan, place=place, say=say_all)
    predicted, ended = needed.in_mib if needed else None, _ended(standing, length)
    record.write(folder, record.of(standing, ended, key=key, facts=facts, plan=plan, predicted=predicted))
    return ended


def forget(folder: Path, home: Path) -> None:
    """Remove the checkpoint of the finished run in this folder, once the folder is where it belongs."""
    from services.generator.tuning.training import checkpoint

    run = record.read(folder)
    if not run.unfinished:
        checkpoint.Checkpoints(home / "runs" / run.key).clear()


def decides(plan: TrainingPlan) -> dict[str, Any]:
    """What of a plan decides the weights: LoRA's has no part of a cartridge's.

    What is left unsaid is left out too, so that a run goes on that began before it could be said.
    """
    foreign = () if plan.method == "cartridge" else OF_CARTRIDGES
    unsaid = [
        name
        for name in ("hold", "lora_plus", "cpu_compute")
        if getattr(plan, name) == TrainingPlan.model_fields[name].default
    ]
    return plan.model_dump(mode="json", exclude={"max_seconds", *foreign, *unsaid})


def _ended(standing: Standing, length: Budget) -> TrainingRun:
    return TrainingRun(
        seconds=standing.seconds,
        tokens=standing.tokens,
        steps=standing.step,
        planned_steps=length.steps,
        final_loss=standing.loss or 0.0,
    )


def largest(examples: Sequence[Encoded], plan: TrainingPlan) -> Load:
    """The most that can be in memory at a time: a batch of the longest examples."""
    longest = max(map(len, examples))
    together = min(plan.batch_size, max(1, plan.step_tokens // longest)) if plan.step_tokens else plan.batch_size
    return Load(together, longest, max(len(example.reply) for example in examples))


def _foreseen(inputs: Inputs, say: Write) -> Memory | None:
    """Say what the run will need and refuse what cannot fit; an architecture that is not known is let through."""
    try:
        sizes = shape.of(inputs.model.folder)
    except ValueError as error:
        say(MemoryUnknown(reason=str(error)))
        return None
    where = room.device()
    needed = memory.predict(sizes, inputs.plan, largest(inputs.examples, inputs.plan), where)
    for load in held_examples.largest(inputs.held):
        holding = memory.predict(sizes, inputs.plan, load, where, held=True)
        needed = max(needed, holding, key=lambda memory: memory.total)
    available = room.free(where)
    say(MemoryForeseen(memory_mib=needed.in_mib, free_mib=round(available / 2**20), device=where))
    room.require(needed, available, inputs.plan)
    return needed
