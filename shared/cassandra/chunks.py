"""Chunks with their vectors in Cassandra: atomic replacement, and dense search that reads again what it found."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import product
from typing import Any

from shared.cassandra.client import Statement, Store
from shared.cassandra.schema import chunks_table
from shared.records import Effect
from shared.stored import ChunkHit, Scope, StoredRevision, Vector

OVER_FETCH = 5
MOST = 1_000
_FIND = (
    "SELECT document_id, position, revision, similarity_cosine(embedding, ?) AS closeness "
    "FROM {table} {where} ORDER BY embedding ANN OF ? LIMIT ?"
)
_READ = (
    "SELECT document_id, position, revision, title, source, tags, published_at, first_seen_at, body "
    "FROM {table} WHERE document_id = ? AND position = ?"
)
_SCORE = (
    "SELECT revision, similarity_cosine(embedding, ?) AS closeness FROM {table} WHERE document_id = ? AND position = ?"
)
_PUT = (
    "INSERT INTO {table} (document_id, position, revision, title, source, tags, published_at, first_seen_at, "
    "body, embedding) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) USING TIMESTAMP ?"
)
_CLEAR = "DELETE FROM {table} USING TIMESTAMP ? WHERE document_id = ?"


class CassandraChunks:
    """Sink of embedder and ChunkSearch of retriever for one encoder's vectors."""

    def __init__(self, store: Store, encoder: str) -> None:
        self._store = store
        self._table = chunks_table(encoder)
        self._waiting: list[StoredRevision] = []

    def write(self, effect: Effect[StoredRevision]) -> None:
        self._waiting.append(effect.outcome)

    def flush(self) -> None:
        for revision in self._waiting:
            self._store.write_partition(list(self._replacement(revision)))
        self._waiting.clear()

    def _replacement(self, stored: StoredRevision) -> Iterator[Statement]:
        """Everything older goes, the new chunks come; the revision's number orders them whatever the clock says."""
        made = stored.chunked
        stamp = 2 * made.revision
        yield _CLEAR.format(table=self._table), (stamp - 1, made.document_id)
        for chunk, vector in zip(made.chunks, stored.vectors, strict=True):
            about = (made.revision, made.title, made.source, set(made.tags), made.published_at, made.first_seen_at)
            values = (made.document_id, chunk.position, *about, chunk.text, vector.tolist(), stamp)
            yield _PUT.format(table=self._table), values

    def nearest(self, vector: Vector, *, limit: int, scope: Scope) -> Sequence[ChunkHit]:
        """Over-fetch by the index, score exactly, read the best again by key at LOCAL_QUORUM.

        The server computes the cosine: vectors are not sent, which costs this side more than all the rest.
        """
        asked = vector.tolist()
        found: dict[tuple[str, int], Any] = {}
        for where, values in conditions(scope):
            cql = _FIND.format(table=self._table, where=where)
            rows = self._store.search(cql, [asked, *values, asked, min(MOST, limit * OVER_FETCH)])
            found |= {(row.document_id, row.position): row for row in rows}
        best = sorted(found, key=lambda key: -found[key].closeness)[:limit]
        read = self._store.rows_of_each(_READ.format(table=self._table), best)
        current = [row for rows in read for row in rows if _admits(scope, row)]
        hits = [self._hit(row, found[row.document_id, row.position], asked) for row in current]
        return sorted(_of_one_revision(hits), key=lambda hit: -hit.score)

    def _hit(self, row: Any, found: Any, asked: list[float]) -> ChunkHit:
        """A row that was read again with its score; one that was replaced since it was found is scored anew."""
        if row.revision != found.revision:
            scored = self._store.rows(_SCORE.format(table=self._table), [asked, row.document_id, row.position])
            found = next((new for new in scored if new.revision == row.revision), found)
        return ChunkHit(
            document_id=row.document_id,
            position=row.position,
            revision=row.revision,
            title=row.title or "",
            source=row.source or "",
            published_at=_utc(row.published_at),
            text=row.body,
            score=2.0 * float(found.closeness) - 1.0,  # the server gives (1 + cosine) / 2
        )


def conditions(scope: Scope) -> Iterator[tuple[str, list[Any]]]:
    """WHERE clauses for a scope, one for each source and tag: the index knows no IN."""
    for source, tag in product(scope.filters.sources or [None], scope.filters.tags or [None]):
        parts: list[tuple[str, Any]] = [
            ("source = ?", source),
            ("tags CONTAINS ?", tag),
            ("published_at >= ?", scope.filters.published_from),
            ("published_at <= ?", scope.filters.published_to),
            ("first_seen_at <= ?", scope.as_of),
        ]
        used = [(text, value) for text, value in parts if value is not None]
        where = " AND ".join(text for text, _ in used)
        yield (f"WHERE {where}" if where else ""), [value for _, value in used]


def _of_one_revision(hits: Sequence[ChunkHit]) -> list[ChunkHit]:
    """Where a document was replaced between two reads, only what is of its newest revision."""
    newest: dict[str, int] = {}
    for hit in hits:
        newest[hit.document_id] = max(hit.revision, newest.get(hit.document_id, 0))
    return [hit for hit in hits if hit.revision == newest[hit.document_id]]


def _admits(scope: Scope, row: Any) -> bool:
    """Whether what was read again still satisfies the scope: it may have been revised since it was found."""
    return scope.admits(
        source=row.source or "",
        tags=row.tags or (),
        published_at=_utc(row.published_at),
        first_seen_at=_utc(row.first_seen_at),
    )


def _utc(moment: datetime) -> datetime:
    """The driver gives naive UTC times."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
