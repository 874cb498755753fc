"""Perplexity of documents: what the job writes for each document, and which model it asked."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from shared.jobs.events import Event, Job


class DocumentScored(Event):
    """Negative log likelihoods of one document in nats, by speaker: the base, and the adapter where there is one."""

    event: Literal["scored"] = "scored"
    done: int
    total: int
    document_id: str
    tokens: int
    bytes: int
    nats: Mapping[str, float]


class PerplexityMeasured(Event):
    """The last line: who was asked, in which windows (tokens)."""

    event: Literal["done"] = "done"
    model: str
    adapter: str
    window: int
    stride: int


JOB = Job[DocumentScored | PerplexityMeasured](
    "services.generator.perplexity",
    TypeAdapter(Annotated[DocumentScored | PerplexityMeasured, Field(discriminator="event")]),
)
