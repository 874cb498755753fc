"""Moving the store to another encoder: each phase as the embedder's job goes through it, and where things stand."""

from collections.abc import Callable
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, TypeAdapter

from shared.jobs.events import Event, IfKnown, Job, JobModel

K = 10
"""How many chunks of each title's search are compared."""


class Shares(JobModel):
    """A share with either encoder, in [0, 1]; None where nothing could be counted."""

    old: float | None
    new: float | None


class EncoderComparison(JobModel):
    """What two encoders find for the titles of stored documents. Outside of Python the depth stands in the names."""

    model_config = ConfigDict(validate_by_name=True, validate_by_alias=True, serialize_by_alias=True)
    queries: int
    overlap: float | None = Field(validation_alias=f"overlap@{K}", serialization_alias=f"overlap@{K}")
    own_document: Shares = Field(validation_alias=f"own_document@{K}", serialization_alias=f"own_document@{K}")
    recall_of_index: Shares = Field(validation_alias=f"recall_of_index@{K}", serialization_alias=f"recall_of_index@{K}")


class EncoderStanding(JobModel):
    """An encoder, and how many documents its table lacks; that is not counted of one that is being dropped."""

    name: str
    variant: str
    model: str
    precision: Literal["fp32", "int8"]
    dimensions: int
    lacks: IfKnown[int] = None


class StoreStanding(JobModel):
    """Where things stand. `settled` is known after a migration, `dropped` after a table was."""

    settled: IfKnown[bool] = None
    dropped: IfKnown[str] = None
    documents: int
    serving: EncoderStanding
    beside: EncoderStanding | None
    leaving: EncoderStanding | None
    since: str


class ReindexReport(StoreStanding):
    """Where things stand in the end, with the comparison that was made on the way."""

    phase: Literal["done"] = "done"
    compared: IfKnown[EncoderComparison] = None


class BatchDone(Event):
    """How many documents of a phase are done."""

    event: Literal["batch"] = "batch"
    phase: Literal["checking", "filling"]
    step: int
    steps: int


class PassagesChecked(Event):
    """The new encoder reads every passage: its window and the longest passage in tokens; None where nobody counts."""

    event: Literal["checked"] = "checked"
    window: int | None
    longest: int | None = None


class EncodersCompared(Event):
    """Both tables are full and were searched."""

    event: Literal["compared"] = "compared"
    comparison: EncoderComparison


class EncoderSwitched(Event):
    """Questions are asked with this encoder from now on."""

    event: Literal["switched"] = "switched"
    serving: str


class ReindexDone(Event):
    """The last line."""

    event: Literal["done"] = "done"
    standing: StoreStanding


ReindexEvent = BatchDone | PassagesChecked | EncodersCompared | EncoderSwitched | ReindexDone
Say = Callable[[ReindexEvent], None]
JOB = Job[ReindexEvent]("services.embedder.reindex", TypeAdapter(Annotated[ReindexEvent, Field(discriminator="event")]))
