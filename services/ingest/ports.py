"""What ingest's handler needs from outside, and what a feed is."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from services.ingest.feed_dates import USUAL, PlausibleTimes
from shared.access import UnreachableError
from shared.feed_state import Seen
from shared.masking import masked, masked_address
from shared.messages import DocumentPublished, Question


class Chunker(Protocol):
    """Cuts a text into passages that the encoder reads whole."""

    def __call__(self, title: str, date: str, text: str) -> list[str]: ...


@dataclass(frozen=True)
class FeedItem:
    """Something a feed gives, and the time at which it happened.

    `position`: where the feed goes on once this is done; "": unchanged. `stamp`: by which the feed itself tells that
    the item is as it was, before it looks closer. `fingerprint`: what a change is told by; "": the whole message.
    `always`: given on even when this feed gave the same last time, since others may write the same document.
    """

    at: datetime
    message: DocumentPublished | Question
    position: str = ""
    stamp: str = ""
    fingerprint: str = ""
    always: bool = False


@dataclass(frozen=True)
class BadItem:
    """Something in a feed that cannot be taken; with a stamp it is not looked at again until it changes.

    Place and reason are to be shown, and hold no secret of an address.
    """

    where: str
    reason: str
    position: str = ""
    document_id: str = ""
    stamp: str = ""

    def __post_init__(self) -> None:
        for name in ("where", "reason"):
            object.__setattr__(self, name, masked(getattr(self, name)))


@dataclass(frozen=True)
class Reached:
    """All that came before is before this position."""

    position: str


@dataclass(frozen=True)
class Unchanged:
    """How many documents are as they were when the feed last gave them, and were not looked at closer."""

    documents: int


Found = FeedItem | BadItem | Reached | Unchanged


class Bookmark(Protocol):
    """What a feed may know of its earlier passes."""

    @property
    def position(self) -> str:
        """The last one that was saved; "" at the start, and where everything is to be read anew."""

    def seen(self, document_ids: Sequence[str]) -> Mapping[str, Seen]:
        """What the feed gave of these; stamps are empty where everything is to be looked at anew."""

    def all(self) -> Iterator[tuple[str, Seen]]:
        """The same for everything the feed ever gave."""


class Feed(Protocol):
    """A source of documents that can be read again and again, each time from where it was left.

    `name` is what its position is kept under, `every_s` how long it is left alone between passes.
    """

    @property
    def name(self) -> str: ...

    @property
    def every_s(self) -> float: ...

    def read(self, bookmark: Bookmark) -> Iterator[Found]:
        """What is new; raises FeedUnavailableError to be asked again later, ValueError for what waiting cannot mend."""


@dataclass(frozen=True)
class FeedSource:
    """Where a feed is, as an operator says it. `pause` waits between polite requests and may be cut short.

    `dates`: when its documents may have been published. `key`: what ids are hidden with; "" where they need not be.
    """

    address: str = field(repr=False)
    name: str = ""
    query: str = ""
    documents: int | None = None
    pause: Callable[[float], object] = time.sleep
    dates: PlausibleTimes = USUAL
    key: str = ""

    @property
    def shown(self) -> str:
        """The address without its secrets: for messages, for the name of its position, and for ids."""
        return masked_address(self.address)


class FeedUnavailableError(UnreachableError):
    """A feed cannot be read now; `retry_after_s` is what it asked for itself. The reason holds no secret."""

    def __init__(self, reason: str, retry_after_s: float = 0.0) -> None:
        super().__init__(masked(reason))
        self.retry_after_s = retry_after_s


Clean = Callable[[str], str]
Now = Callable[[], datetime]


def header(title: str, date: str) -> str:
    """What every chunk opens with, so that a passage alone still says what it is about and when."""
    return f"{title} ({date})\n" if title else f"({date})\n"
