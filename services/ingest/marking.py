"""What an operator says of all documents of a feed, and what the feed remembers under it."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from shared.feed_state import FeedState, Seen, digest
from shared.messages import DocumentPublished


@dataclass(frozen=True)
class Marking:
    """What an operator says of all documents of a feed; source and labels stand back where a document has its own."""

    source: str = ""
    tags: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()

    def on(self, message: DocumentPublished) -> DocumentPublished:
        changes = {
            "source": message.source or self.source,
            "tags": tuple(dict.fromkeys([*message.tags, *self.tags])),
            "labels": message.labels or self.labels,
        }
        return message if message.op == "retract" else message.model_copy(update=changes)

    @property
    def digest(self) -> str:
        return digest(json.dumps([self.source, self.tags, self.labels]))


@dataclass(frozen=True)
class Marked:
    """The Bookmark of one feed. Under another marking, everything is read and looked at anew."""

    state: FeedState
    feed: str
    marking: Marking

    @property
    def position(self) -> str:
        marking, _, position = self.state.position(self.feed).partition(" ")
        return position if marking == self.marking.digest else ""

    def advance(self, position: str) -> None:
        self.state.advance(self.feed, f"{self.marking.digest} {position}")

    def seen(self, document_ids: Sequence[str]) -> Mapping[str, Seen]:
        return {name: self._plain(seen) for name, seen in self.state.seen(self.feed, document_ids).items()}

    def all(self) -> Iterator[tuple[str, Seen]]:
        return ((name, self._plain(seen)) for name, seen in self.state.all(self.feed))

    def remember(self, documents: Mapping[str, Seen]) -> None:
        mark = self.marking.digest
        self.state.remember(
            self.feed, {name: replace(seen, stamp=mark + seen.stamp) for name, seen in documents.items()}
        )

    def _plain(self, seen: Seen) -> Seen:
        mark = self.marking.digest
        return replace(seen, stamp=seen.stamp.removeprefix(mark) if seen.stamp.startswith(mark) else "")
