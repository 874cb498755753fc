"""Fine-tuning: the dataset, the training, the gates, and the adapter that came of it."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from shared.jobs.dataset import PairsReport
from shared.jobs.events import Event, Job, JobModel
from shared.jobs.training import RunEvent
from shared.messages import AdapterAnnounced, Cost, GateResult
from shared.messages.adapters import AdapterKind, AdapterState
from shared.messages.schema import Moment


class DatasetMade(Event):
    """What is in the dataset, what was left out by reason, and what the supplied pairs are, where there are any."""

    event: Literal["dataset"] = "dataset"
    documents: int
    examples: int
    left_out: Mapping[str, int]
    pairs: PairsReport | None = None


class WarmStart(Event):
    """The recipe goes on from the adapter before; None where there is none yet."""

    event: Literal["warm_start"] = "warm_start"
    goes_on_from: str | None


class PreviousLeftOut(Event):
    """The adapter before cannot be had: the new one is tried without it. `left_out` says why."""

    event: Literal["previous_left_out"] = "previous_left_out"
    previous: str
    left_out: str


class GatePlanned(JobModel):
    """What a gate will ask, and from how many right or lost answers on it could show something.

    `independent`: groups among the questions. `needed`: right answers to pass, where the base has none; `lost`: lost
    ones to fail; None where that is not asked for, or no outcome would show it. `tells`: all of it in words.
    """

    gate: str
    binding: bool
    asked: int
    independent: int
    needed: int | None
    lost: int | None
    tells: str


class GatesPlanned(Event):
    """What the gates will be able to tell; said before the training."""

    event: Literal["gates_planned"] = "gates_planned"
    gates: tuple[GatePlanned, ...]


class GateAsked(Event):
    """A gate is about to be put to a speaker: so many questions, and its place among all of them."""

    event: Literal["gate"] = "gate"
    gate: str
    speaker: Literal["base", "previous", "new"]
    asked: int
    number: int
    of: int


class AdapterReport(JobModel):
    """The announced adapter with its cost beside it, as programs read it."""

    name: str
    location: str
    track: str
    base_model: str
    base_sha256: str
    weights_sha256: str
    config_sha256: str
    kind: AdapterKind = "lora"
    weights_bytes: int | None = None
    cutoff: Moment
    dataset_sha256: str
    documents: int
    examples: int
    created_at: Moment
    state: AdapterState
    reason: str
    changed_at: Moment | None
    gates: tuple[GateResult, ...]
    cost: Cost | None
    seconds: float
    tokens: int
    steps: int
    planned_steps: int | None = None
    unfinished: bool = False
    final_loss: float

    @classmethod
    def of(cls, adapter: AdapterAnnounced) -> "AdapterReport":
        """The report of an adapter as it was last announced."""
        announced = adapter.model_dump(exclude={"version", "training"})
        training = adapter.training.model_dump(exclude={"version"}) | {"unfinished": adapter.training.unfinished}
        return cls.model_validate(announced | training)


class AdapterReleased(Event):
    """The last line: the adapter as its gates left it."""

    event: Literal["done"] = "done"
    report: AdapterReport


TuningEvent = DatasetMade | WarmStart | GatesPlanned | RunEvent | PreviousLeftOut | GateAsked | AdapterReleased
JOB = Job[TuningEvent]("services.generator.tuning", TypeAdapter(Annotated[TuningEvent, Field(discriminator="event")]))
