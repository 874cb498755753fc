"""One pass over a feed: what is new is published and acknowledged, then remembered; the position moves on last.

Before a document is published, the time at which it was first seen is stored. A pass that is cut short therefore
publishes the same again, word for word, and ingest drops it as unchanged.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol

from services.ingest.marking import Marked
from services.ingest.ports import BadItem, Feed, FeedItem, Now, Unchanged
from shared import topology
from shared.feed_state import RETRACTED, Seen, digest, to_the_millisecond
from shared.jobs.feeding import ItemBad, PortionPublished, Say
from shared.messages import DocumentPublished, Message
from shared.topology import AnyTopic

PORTION, PORTION_S = 32, 1.0


class Publishes(Protocol):
    """Sends messages and returns once the broker has them all."""

    def publish(self, topic: AnyTopic, messages: Iterable[Message]) -> int: ...


@dataclass
class Counts:
    """What became of what a pass found."""

    published: int = 0
    retracted: int = 0
    unchanged: int = 0
    bad: int = 0


@dataclass(frozen=True)
class Pass:
    """A pass with its ports; `stopping` says whether to end early, with everything in hand finished."""

    feed: Feed
    bookmark: Marked
    publisher: Publishes
    now: Now
    say: Say
    stopping: Callable[[], bool] = lambda: False
    counts: Counts = field(default_factory=Counts)

    def __call__(self) -> Counts:
        """Read the feed once."""
        for portion, position in self._portions():
            self._finish(portion)
            if position:
                self.bookmark.advance(position)
        return self.counts

    def _portions(self) -> Iterator[tuple[list[FeedItem | BadItem], str]]:
        """What is found, a few at a time, no document twice in one portion; and the position behind it."""
        portion: dict[str, FeedItem | BadItem] = {}
        position, since = "", time.monotonic()
        for entry in self.feed.read(self.bookmark):
            name = _name(entry) if isinstance(entry, FeedItem | BadItem) else ""
            if name in portion or len(portion) >= PORTION or (portion and time.monotonic() - since > PORTION_S):
                yield list(portion.values()), position
                portion, position, since = {}, "", time.monotonic()
            if isinstance(entry, BadItem):
                self._report(entry)
            if isinstance(entry, FeedItem | BadItem) and name:
                portion[name] = entry
            if isinstance(entry, Unchanged):
                self.counts.unchanged += entry.documents
            else:
                position = entry.position or position
            if self.stopping():
                break
        yield list(portion.values()), position

    def _report(self, bad: BadItem) -> None:
        self.counts.bad += 1
        self.say(ItemBad(where=bad.where, reason=bad.reason))

    def _finish(self, portion: list[FeedItem | BadItem]) -> None:
        """Note, publish, remember."""
        known = self.bookmark.seen([_name(item) for item in portion])
        going: dict[str, tuple[DocumentPublished, Seen]] = {}
        kept: dict[str, Seen] = {}
        for item in portion:
            before = known.get(_name(item))
            if isinstance(item, BadItem):
                kept[item.document_id] = replace(before or Seen("", "", self._moment()), stamp=item.stamp)
                continue
            message, seen = self._judge(item, before)
            if message is not None:
                going[_name(item)] = message, seen
            elif seen != before:
                kept[_name(item)] = seen
        self._publish(going)
        self.bookmark.remember(kept)

    def _judge(self, item: FeedItem, before: Seen | None) -> tuple[DocumentPublished | None, Seen]:
        """What to publish of an item, if anything, and what to remember of it."""
        if not isinstance(item.message, DocumentPublished):
            raise ValueError(  # noqa: TRY004 (a wrong choice of command)
                "this feed also asks questions: `tiltyard replay` waits for what they need"
            )
        message = self.bookmark.marking.on(item.message)
        mark = self._fingerprint(item, message)
        same = before is not None and before.fingerprint == mark
        first = before.first_seen_at if before and same else self._moment()
        seen = Seen(mark, item.stamp, first, published=True)
        if before and same and before.published and not item.always:
            self.counts.unchanged += 1
            return None, seen
        return message.model_copy(update={"first_seen_at": message.first_seen_at or first}), seen

    def _fingerprint(self, item: FeedItem, message: DocumentPublished) -> str:
        if message.op == "retract":
            return RETRACTED
        return digest(self.bookmark.marking.digest, item.fingerprint or message.model_dump_json())

    def _publish(self, going: Mapping[str, tuple[DocumentPublished, Seen]]) -> None:
        if not going:
            return
        noted = {name: replace(seen, published=False, stamp="") for name, (_, seen) in going.items()}
        self.bookmark.remember(noted)
        fit = [message for message, _ in going.values() if self._fits(message)]
        self.publisher.publish(topology.DOCUMENTS, fit)
        self.bookmark.remember({name: seen for name, (_, seen) in going.items()})
        retracted = sum(message.op == "retract" for message in fit)
        self.counts.retracted += retracted
        self.counts.published += len(fit) - retracted
        self.say(PortionPublished(**vars(self.counts), documents=[message.document_id for message in fit]))

    def _fits(self, message: DocumentPublished) -> bool:
        """Whether the topic takes a message of this size; one that it does not take is reported."""
        size, limit = len(message.model_dump_json().encode()), topology.DOCUMENTS.max_bytes
        if size > limit:
            self._report(BadItem(message.document_id, f"{size} bytes, at most {limit} can be sent"))
        return size <= limit

    def _moment(self) -> datetime:
        return to_the_millisecond(self.now())


def _name(item: FeedItem | BadItem) -> str:
    if isinstance(item, BadItem):
        return item.document_id
    return item.message.document_id if isinstance(item.message, DocumentPublished) else item.message.question_id
