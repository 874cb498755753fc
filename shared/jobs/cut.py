"""Cutting a file of documents into chunks: how far the job is, and what became of the documents."""

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from shared.jobs.events import Event, Job


class DocumentsCut(Event):
    """So far: documents looked at, and how many of them ingest dropped or refused."""

    event: Literal["cut"] = "cut"
    done: int
    dropped: int
    refused: int


class CuttingDone(Event):
    """The last line: the same counts of all documents."""

    event: Literal["done"] = "done"
    done: int
    dropped: int
    refused: int


JOB = Job[DocumentsCut | CuttingDone](
    "services.ingest.cut",
    TypeAdapter(Annotated[DocumentsCut | CuttingDone, Field(discriminator="event")]),
)
