"""Training on examples: the memory that it needs, each of its steps, and what the run cost."""

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from shared.jobs.events import Event, Job, JobModel


class MemoryMib(JobModel):
    """Predicted memory in MiB by what it is for, and the peak."""

    weights: int
    learned: int
    activations: int
    logits: int
    runtime: int
    total: int


class MemoryForeseen(Event):
    """What the run will need on its device, and what is free there; said before anything is loaded."""

    event: Literal["memory_foreseen"] = "memory_foreseen"
    memory_mib: MemoryMib
    free_mib: int
    device: str


class MemoryUnknown(Event):
    """The model is of an architecture whose memory cannot be predicted; the run begins all the same."""

    event: Literal["memory_unknown"] = "memory_unknown"
    reason: str


class RunPlanned(Event):
    """How many steps the run has, the tokens they learn from, and how many passes over its examples they are.

    Said before the model is loaded; nothing changes it later.
    """

    event: Literal["planned"] = "planned"
    steps: int
    tokens: int = 0
    epochs: float


class TrainingReused(Event):
    """The same training was finished before, by the adapter of this name: its weights are taken."""

    event: Literal["reused"] = "reused"
    adapter: str


class TrainingResumed(Event):
    """The run goes on from a checkpoint of its own."""

    event: Literal["resumed"] = "resumed"
    resumed_from_step: int
    seconds_before: float


class BaseAnswered(Event):
    """Before the first step: so many of the questions on which the model is held to its base, the base has answered."""

    event: Literal["held"] = "held"
    answered: int
    of: int


class StepTaken(Event):
    """One step: its place among all, the running mean of the loss in nats, tokens so far, and the time that is left.

    `divergence` is from the base, in nats a token, where the model was last held to it; None where it is not held.
    """

    event: Literal["step"] = "step"
    step: int
    steps: int
    loss: float
    divergence: float | None = None
    tokens: int
    tokens_per_s: float
    seconds_left: float


class TrainingEnded(Event):
    """The last line: what the run cost and where it ended; with fewer steps than planned it is unfinished."""

    event: Literal["done"] = "done"
    seconds: float
    tokens: int
    steps: int
    planned_steps: int
    final_loss: float


RunEvent = MemoryForeseen | MemoryUnknown | RunPlanned | TrainingReused | TrainingResumed | BaseAnswered | StepTaken
"""What any training says on its way, whichever job it is part of."""
TrainingEvent = RunEvent | TrainingEnded
JOB = Job[TrainingEvent](
    "services.generator.tuning.training", TypeAdapter(Annotated[TrainingEvent, Field(discriminator="event")])
)
