"""Replaying a recorded stream: how many documents and questions went out, and which questions."""

from collections.abc import Callable, Sequence
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from shared.jobs.events import Event, Job


class DocumentsPublished(Event):
    """A portion of documents went out; the counts are of the replay so far."""

    event: Literal["published"] = "published"
    documents: int
    questions: int


class QuestionsAsked(Event):
    """These questions went out; the counts are of the replay so far."""

    event: Literal["asked"] = "asked"
    documents: int
    questions: int
    question_ids: Sequence[str]


class ReplayDone(Event):
    """The last line."""

    event: Literal["done"] = "done"
    documents: int
    questions: int


ReplayEvent = DocumentsPublished | QuestionsAsked | ReplayDone
Say = Callable[[ReplayEvent], None]
JOB = Job[ReplayEvent]("services.ingest.replay", TypeAdapter(Annotated[ReplayEvent, Field(discriminator="event")]))
