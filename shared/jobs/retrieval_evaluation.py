"""Evaluating retrieval: the retriever reads a collection in one job, and searches and measures it in another."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, TypeAdapter

from shared.contests.options import RetrievalOptions
from shared.jobs.events import Event, Job, JobModel
from shared.messages.results import IntervalKind

MODULE = "services.retriever.evaluation"


class Mean(JobModel):
    """The mean of a measure over n questions, or of its differences, with the 95 % interval."""

    n: int
    mean: float
    ci95: tuple[float, float]
    interval: IntervalKind


class Level(JobModel):
    """One level of judgement: every run's measures, and what sets each other run apart from the baseline."""

    questions: int
    runs: Mapping[str, Mapping[str, Mean]]
    differences: Mapping[str, Mapping[str, Mean]]
    unfindable: int


class SettingsMeasured(RetrievalOptions):
    """The settings of the retriever, those of its own too."""

    model_config = ConfigDict(frozen=True, extra="allow")


class Measurements(JobModel):
    """What was searched and how, and on each level of judgement how good it was."""

    documents: int
    chunks: int
    encoder: str
    store: Literal["memory", "cassandra"]
    settings: SettingsMeasured
    collection: str
    questions: int
    without_gold: int
    baseline: str
    levels: Mapping[str, Level]


class RetrievalReport(Measurements):
    """The measurements with what ingest made of the documents before."""

    dropped: int
    refused: int


class CollectionRead(Event):
    """The only line of reading: what the files held."""

    event: Literal["read"] = "read"
    format: str
    documents: int
    questions: int


class TextsEncoded(Event):
    """How many texts have their vectors."""

    event: Literal["encoded"] = "encoded"
    done: int
    total: int


class QuestionsSearched(Event):
    """How many questions of all runs are searched, and which run is at work."""

    event: Literal["searched"] = "searched"
    run: str
    done: int
    total: int


class RetrievalMeasured(Event):
    """The last line of searching."""

    event: Literal["done"] = "done"
    report: Measurements


READING = Job[CollectionRead](MODULE, TypeAdapter(CollectionRead))
SEARCHING = Job[TextsEncoded | QuestionsSearched | RetrievalMeasured](
    MODULE,
    TypeAdapter(Annotated[TextsEncoded | QuestionsSearched | RetrievalMeasured, Field(discriminator="event")]),
)
