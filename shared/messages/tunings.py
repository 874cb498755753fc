"""What the tuner decided, and why."""

from typing import Literal

from pydantic import Field

from shared.messages.adapters import AdapterState, Cost
from shared.messages.schema import Message, Moment

TuningState = Literal["watching", "postponed", "started", "finished", "failed"]
TuningCause = Literal["documents", "age", "standing"]


class Snapshot(Message):
    """How an arm stood: the mean of its first n questions."""

    n: int
    mean: float
    effective_n: float | None = Field(
        default=None, description="how many independent questions these are worth; absent: not counted"
    )


class TuningDecided(Message):
    """One decision of the tuner. A training keeps its id from `started` to `finished` or `failed`."""

    tuning_id: str
    state: TuningState
    causes: tuple[TuningCause, ...] = ()
    reason: str = Field(description="in words, with the numbers that decided")
    decided_at: Moment
    ended_at: Moment | None = None
    standings: dict[str, Snapshot] = Field(default={}, description="arm -> how it stood; later falls are against it")
    adapter: str | None = Field(default=None, description="what the training made")
    adapter_state: AdapterState | None = None
    outcome: str = Field(default="", description="why that adapter is in its state, or why the training failed")
    cost: Cost | None = None
