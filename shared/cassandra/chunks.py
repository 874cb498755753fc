"""Chunks with their vectors in Cassandra: atomic replacement, dense search, and reading what stands there now."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import product
from typing import Any

import numpy as np

from shared.cassandra import chunk_columns, replication
from shared.cassandra.chunk_columns import utc
from shared.cassandra.client import Statement, Store
from shared.cassandra.schema import chunks_table
from shared.copies import Placed
from shared.records import Effect
from shared.retention import FOREVER, Retention
from shared.scope import Scope
from shared.stored import Candidate, ChunkKey, Passage, StoredRevision, Vector

LEAST_FETCHED = 50
MOST = 1_000
READ_TOGETHER = 16  # documents
ASKED_TOGETHER = 32  # documents; behind a portion of which a copy did not answer, no more are asked
_FIND = (
    "SELECT document_id, position, revision, readers, published_at, first_seen_at, "
    "similarity_dot_product(embedding, ?) AS closeness "
    "FROM {table} {where} ORDER BY embedding ANN OF ? LIMIT ?"
)
_READ = "SELECT {columns} FROM {table} WHERE document_id IN ? AND position IN ?"
_OF_DOCUMENT = "SELECT {columns} FROM {table} WHERE document_id = ?"
_EVERYWHERE = f"SELECT {chunk_columns.COMPARED} FROM {{table}} WHERE document_id = ?"  # noqa: S608 (no data)
_WITH_VECTORS = "SELECT {columns}, embedding FROM {table} WHERE document_id = ?"
_VECTOR = "SELECT embedding FROM {table} WHERE document_id = ? AND position = ?"
_CLEAR = "DELETE FROM {table} USING TIMESTAMP ? WHERE document_id = ?"


class CassandraChunks:
    """Sink of embedder and CopiedChunks of retriever for one encoder's vectors. Text older than `keep_days` leaves."""

    def __init__(self, store: Store, encoder: str, keep: Retention = FOREVER) -> None:
        self._store = store
        self._table = chunks_table(encoder)
        self._keep = keep
        self._waiting: list[StoredRevision] = []

    def write(self, effect: Effect[StoredRevision]) -> None:
        self._waiting.append(effect.outcome)

    def _cql(self, text: str, where: str = "") -> str:
        return text.format(table=self._table, columns=chunk_columns.NAMES, where=where)

    def flush(self) -> None:
        self._store.write_partitions([list(self._replacement(revision)) for revision in self._waiting])
        self._waiting.clear()

    def _replacement(self, stored: StoredRevision) -> Iterator[Statement]:
        """Everything older goes, the new chunks come; the revision's number orders them whatever the clock says."""
        chunked = stored.chunked
        stamp = 2 * chunked.revision
        yield self._cql(_CLEAR), (stamp - 1, chunked.document_id)
        ttl = self._keep.seconds_left(chunked.published_at)
        for passage, vector in zip(stored.passages, stored.vectors, strict=True):
            yield self._cql(chunk_columns.PUT), (*chunk_columns.values(passage), vector.tolist(), stamp, ttl)

    def nearest(self, vector: Vector, *, limit: int, scope: Scope) -> Sequence[Candidate]:
        """Over-fetch by the index and score exactly; what is used of it is read again by key.

        The server computes the cosine, which is a dot product since all vectors have length 1: vectors are not
        sent, which costs this side more than all the rest. A condition that nearly every chunk meets makes the
        index slow, since it gathers all that meet it: where only such stand, the whole index is asked first, and
        that is the answer if enough of it is within scope.
        """
        asked = vector.tolist()
        fetched = min(MOST, max(LEAST_FETCHED, limit + limit // 5))
        for wide in (fetched, MOST) if is_broad(scope) else ():
            rows = self._find([("", [])], asked, wide)
            within = [row for row in rows if _within(scope, row)]
            if len(within) >= limit or len(rows) < wide:
                return _best(within, limit)
        return _best(self._find(conditions(scope), asked, fetched), limit)

    def _find(self, wheres: Iterable[tuple[str, list[Any]]], asked: list[float], fetched: int) -> list[Any]:
        searches = [(self._cql(_FIND, where=where), [asked, *values, asked, fetched]) for where, values in wheres]
        return [row for rows in self._store.searches(searches) for row in rows]

    def read(self, places: Sequence[ChunkKey]) -> Mapping[ChunkKey, Passage]:
        """Statements at LOCAL_QUORUM that read each document once: a revision is seen whole or not at all.

        Each gives every asked position of all its documents; those that were not asked for are left out.
        """
        wanted: dict[str, list[int]] = {}
        for document_id, position in places:
            wanted.setdefault(document_id, []).append(position)
        names = list(wanted)
        portions = [names[start : start + READ_TOGETHER] for start in range(0, len(names), READ_TOGETHER)]
        keys = [(portion, sorted({at for name in portion for at in wanted[name]})) for portion in portions]
        result_sets = self._store.rows_of_each(self._cql(_READ), keys)
        there = {passage.place: passage for rows in result_sets for passage in map(chunk_columns.passage, rows)}
        return {place: there[place] for place in places if place in there}

    def of_documents(self, document_ids: Sequence[str]) -> Mapping[str, Sequence[Passage]]:
        keys = [(document_id,) for document_id in document_ids]
        result_sets = self._store.rows_of_each(self._cql(_OF_DOCUMENT), keys)
        return {
            document_id: [chunk_columns.passage(row) for row in rows]
            for document_id, rows in zip(document_ids, result_sets, strict=True)
        }

    @property
    def copies(self) -> int:
        return replication.copies(self._store)

    def everywhere(self, document_ids: Sequence[str]) -> frozenset[str]:
        """A read at ALL is a comparison: the server gives a copy what it lacks, and answers once all have it."""
        settled: set[str] = set()
        for start in range(0, len(document_ids), ASKED_TOGETHER):
            portion = document_ids[start : start + ASKED_TOGETHER]
            answered = self._store.by_every_copy(self._cql(_EVERYWHERE), [(name,) for name in portion])
            settled.update(name for name, all_answered in zip(portion, answered, strict=True) if all_answered)
            if not all(answered):
                break
        return frozenset(settled)

    def with_vectors(self, document_ids: Sequence[str]) -> Mapping[str, Sequence[Placed]]:
        result_sets = self._store.rows_of_each(self._cql(_WITH_VECTORS), [(name,) for name in document_ids])
        return {
            document_id: [(chunk_columns.passage(row), np.array(row.embedding, dtype=np.float32)) for row in rows]
            for document_id, rows in zip(document_ids, result_sets, strict=True)
        }

    def vectors(self, places: Sequence[ChunkKey]) -> Mapping[ChunkKey, Vector]:
        result_sets = self._store.rows_of_each(self._cql(_VECTOR), places)
        return {
            place: np.array(rows[0].embedding, dtype=np.float32)
            for place, rows in zip(places, result_sets, strict=True)
            if rows
        }


def conditions(scope: Scope) -> Iterator[tuple[str, list[Any]]]:
    """WHERE clauses for a scope, one for each source, tag, language and reader: the index knows no IN."""
    wanted = scope.filters
    either = (wanted.sources or [None], wanted.tags or [None], wanted.languages or [None], scope.readers)
    for source, tag, language, reader in product(*either):
        parts: list[tuple[str, Any]] = [
            ("source = ?", source),
            ("tags CONTAINS ?", tag),
            ("language = ?", language),
            ("readers CONTAINS ?", reader),
            ("published_at >= ?", wanted.published_from),
            ("published_at <= ?", wanted.published_to),
            ("first_seen_at <= ?", scope.as_of),
        ]
        used = [(text, value) for text, value in parts if value is not None]
        yield f"WHERE {' AND '.join(text for text, _ in used)}", [value for _, value in used]


def is_broad(scope: Scope) -> bool:
    """Whether a scope likely admits most chunks: it asks for no source, tag or language."""
    return not (scope.filters.sources or scope.filters.tags or scope.filters.languages)


def _within(scope: Scope, row: Any) -> bool:
    """Whether a row meets a broad scope."""
    low, high = scope.filters.published_from, scope.filters.published_to
    published_at, first_seen_at = utc(row.published_at), utc(row.first_seen_at)
    return (
        not set(scope.readers).isdisjoint(row.readers or ())
        and (low is None or published_at >= low)
        and (high is None or published_at <= high)
        and (scope.as_of is None or first_seen_at <= scope.as_of)
    )


def _best(rows: Iterable[Any], limit: int) -> list[Candidate]:
    """Each chunk once, nearest first."""
    candidates = {(row.document_id, row.position): _candidate(row) for row in rows}.values()
    return sorted(candidates, key=lambda candidate: -candidate.score)[:limit]


def _candidate(row: Any) -> Candidate:
    score = 2.0 * float(row.closeness) - 1.0  # the server gives (1 + cosine) / 2
    return Candidate(row.document_id, row.position, row.revision, utc(row.published_at), score)
