"""Reading a feed: that it is watched, what each portion and pass of it came to, and what went wrong."""

from collections.abc import Callable, Sequence
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from shared.jobs.events import Event, Job


class FeedWatched(Event):
    """The feed will be read again and again, with so many seconds between two passes."""

    event: Literal["watching"] = "watching"
    feed: str
    every_s: float


class ItemBad(Event):
    """Something in the feed that cannot be published."""

    event: Literal["bad"] = "bad"
    where: str
    reason: str


class PortionPublished(Event):
    """These documents went out; the counts are of the pass so far."""

    event: Literal["published"] = "published"
    published: int
    retracted: int
    unchanged: int
    bad: int
    documents: Sequence[str]


class FeedRead(Event):
    """What a whole pass came to."""

    event: Literal["read"] = "read"
    published: int
    retracted: int
    unchanged: int
    bad: int


class FeedUnavailable(Event):
    """The feed could not be read, and will be tried again in so many seconds."""

    event: Literal["unavailable"] = "unavailable"
    reason: str
    retry_s: float


class FeedStopped(Event):
    """The last line."""

    event: Literal["stopped"] = "stopped"


FeedEvent = FeedWatched | ItemBad | PortionPublished | FeedRead | FeedUnavailable | FeedStopped
Say = Callable[[FeedEvent], None]
JOB = Job[FeedEvent]("services.ingest.feeding", TypeAdapter(Annotated[FeedEvent, Field(discriminator="event")]))
