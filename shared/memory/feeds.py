"""Positions of feeds and what they gave, in memory: the twin of `shared/cassandra/feeds.py`."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from shared.feed_state import Seen


class MemoryFeeds:
    """The FeedState in one process."""

    def __init__(self) -> None:
        self._positions: dict[str, str] = {}
        self._seen: dict[str, dict[str, Seen]] = defaultdict(dict)

    def position(self, feed: str) -> str:
        return self._positions.get(feed, "")

    def advance(self, feed: str, position: str) -> None:
        self._positions[feed] = position

    def seen(self, feed: str, document_ids: Sequence[str]) -> Mapping[str, Seen]:
        known = self._seen[feed]
        return {name: known[name] for name in document_ids if name in known}

    def all(self, feed: str) -> Iterator[tuple[str, Seen]]:
        yield from list(self._seen[feed].items())

    def remember(self, feed: str, documents: Mapping[str, Seen]) -> None:
        self._seen[feed].update(documents)
