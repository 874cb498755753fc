"""Positions of feeds and what they gave, in Cassandra."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC
from typing import Any
from zlib import crc32

from shared.cassandra.client import Store
from shared.feed_state import Seen

BUCKETS = 16  # of a feed's documents, so that a million of them are no single partition
_POSITION = "SELECT place FROM feeds WHERE feed = ?"
_ADVANCE = "INSERT INTO feeds (feed, place) VALUES (?, ?)"
_COLUMNS = "document_id, fingerprint, stamp, first_seen_at, published"
_ONE = f"SELECT {_COLUMNS} FROM feed_items WHERE feed = ? AND bucket = ? AND document_id = ?"  # noqa: S608 (constants)
_ALL = f"SELECT {_COLUMNS} FROM feed_items WHERE feed = ? AND bucket = ?"  # noqa: S608 (constants)
_REMEMBER = f"INSERT INTO feed_items (feed, bucket, {_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)"  # noqa: S608 (constants)


class CassandraFeeds:
    """The FeedState on Cassandra. The newest write wins by the clock: a feed is read by one process at a time."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def position(self, feed: str) -> str:
        rows = list(self._store.rows(_POSITION, (feed,)))
        return str(rows[0].place) if rows else ""

    def advance(self, feed: str, position: str) -> None:
        self._store.write([(_ADVANCE, (feed, position))])

    def seen(self, feed: str, document_ids: Sequence[str]) -> Mapping[str, Seen]:
        result_sets = self._store.rows_of_each(
            _ONE, [(feed, _bucket(name), name) for name in dict.fromkeys(document_ids)]
        )
        return {row.document_id: _seen(row) for rows in result_sets for row in rows}

    def all(self, feed: str) -> Iterator[tuple[str, Seen]]:
        for bucket in range(BUCKETS):
            yield from ((row.document_id, _seen(row)) for row in self._store.rows(_ALL, (feed, bucket)))

    def remember(self, feed: str, documents: Mapping[str, Seen]) -> None:
        self._store.write(
            [
                (
                    _REMEMBER,
                    (feed, _bucket(name), name, seen.fingerprint, seen.stamp, seen.first_seen_at, seen.published),
                )
                for name, seen in documents.items()
            ]
        )


def _bucket(document_id: str) -> int:
    return crc32(document_id.encode()) % BUCKETS


def _seen(row: Any) -> Seen:
    """The driver gives naive UTC times."""
    return Seen(row.fingerprint, row.stamp, row.first_seen_at.replace(tzinfo=UTC), row.published)
