"""A dataset as it is shown before anything is trained on it: counts, reasons, what to unlearn, some examples."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, PlainSerializer, TypeAdapter

from shared.jobs.events import Event, Job, JobModel
from shared.messages.schema import Moment

UNKNOWN, RETRACTED = "document unknown", "document retracted"
CONTRADICTED = "pair that its document no longer says"
ELSEWHERE = "answer of a changed document that no revision at hand says"
TWO_ANSWERS = "question with two answers"
"""Why a supplied pair is left out, or should be looked at."""

WithOffset = Annotated[Moment, PlainSerializer(datetime.isoformat, return_type=str, when_used="json")]
"""A time whose zone is written +00:00."""


class SplitSizes(JobModel):
    """Examples on each side of the split."""

    train: int
    validation: int
    probe: int


class ExampleCount(JobModel):
    """How many examples of a form a builder made for one side of the split."""

    builder: str
    form: str
    split: str
    examples: int


class DoubtfulPair(JobModel):
    """A supplied pair that should be looked at, and why."""

    why: str
    document_id: str
    question: str
    answer: str


class PairsReport(JobModel):
    """What supplied pairs teach.

    `learned` of the `pairs` are taught, as so many `facts`; `wordings`: number of wordings -> facts that have it.
    `documents`, `unknown`: those that the pairs name, in the store and not. `not_in_document`: taught pairs whose
    answer their document does not say in words. `doubts`: reason -> pairs, some of them `named`.
    """

    pairs: int
    learned: int
    facts: int
    wordings: Mapping[int, int]
    documents: int
    unknown: int
    not_in_document: int
    doubts: Mapping[str, int]
    named: tuple[DoubtfulPair, ...]


class Unlearned(JobModel):
    """A document that an adapter was trained on as it is no longer; `examples` taught it.

    `revision` is the one that stands now, None where the document is gone.
    """

    document_id: str
    learned_revision: int
    revision: int | None
    why: str
    examples: int


class ShownExample(JobModel):
    """One example, whole."""

    builder: str
    form: str
    question: str
    choices: tuple[str, ...]
    passages: tuple[str, ...]
    answer: str
    document_ids: tuple[str, ...]
    group: str
    times: int
    abstains: bool


class DatasetReport(JobModel):
    """What is in a dataset. `written` counts the examples in a file, where one was asked for.

    `gates`: what each binding gate could tell of an adapter that learned it.
    """

    recipe: str
    dataset_sha256: str
    cutoff: WithOffset
    documents: int
    held_out: tuple[str, ...]
    splits: SplitSizes
    counts: tuple[ExampleCount, ...]
    abstaining: int
    sources: Mapping[str, int]
    left_out: Mapping[str, int]
    documents_left_out: Mapping[str, int]
    previous: str
    unlearn: tuple[Unlearned, ...]
    shown: tuple[ShownExample, ...]
    shown_probes: tuple[ShownExample, ...]
    gates: tuple[str, ...] = Field(default=(), exclude_if=lambda gates: not gates)
    pairs: PairsReport | None = Field(default=None, exclude_if=lambda pairs: pairs is None)
    written: int | None = Field(default=None, exclude_if=lambda count: count is None)


class DatasetReported(Event):
    """The only line."""

    event: Literal["done"] = "done"
    report: DatasetReport


JOB = Job[DatasetReported]("services.generator.tuning.data", TypeAdapter(DatasetReported))
