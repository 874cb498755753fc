"""Explaining evidence: what the retriever's job read, and the explanation of one question's evidence."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import Field, PlainSerializer, TypeAdapter

from shared.jobs.events import Event, IfKnown, Job, JobModel
from shared.messages import Question


def _as_asked(question: Question) -> dict[str, Any]:
    """What was said of the question, without defaults."""
    return question.model_dump(mode="json", exclude_defaults=True)


class ListPlace(JobModel):
    """Where one list held a candidate: `rank` from 1, `score` by that list's own measure."""

    rank: int
    score: float


class Listed(JobModel):
    """What the lists say of a candidate; nothing of its text."""

    place: int
    score: float
    document_id: str
    position: int
    revision: int
    published_at: str
    age_days: float
    lists: Mapping[str, ListPlace]


class CandidateExplained(Listed):
    """A candidate with what stands there, as far as it may be shown, and why it is no evidence where it is none."""

    left_out: IfKnown[str] = None
    chunk_id: IfKnown[str] = None
    title: IfKnown[str] = None
    source: IfKnown[str] = None
    language: IfKnown[str] = None
    trust: IfKnown[float] = None
    text: IfKnown[str] = None


class ChunksRead(Event):
    """How many chunks can be found."""

    event: Literal["read"] = "read"
    chunks: int


class EvidenceExplained(Event):
    """The last line: how it was searched, the evidence, the best that is none, and why there is none at all."""

    event: Literal["explained"] = "explained"
    question: Annotated[Question, PlainSerializer(_as_asked)]
    queries: Sequence[str]
    search: str
    rankers: Sequence[str]
    encoder: str
    at: str
    candidates: int
    lists: Sequence[str]
    evidence: Sequence[CandidateExplained]
    others: Sequence[CandidateExplained]
    note: str


JOB = Job[ChunksRead | EvidenceExplained](
    "services.retriever.explain", TypeAdapter(Annotated[ChunksRead | EvidenceExplained, Field(discriminator="event")])
)
