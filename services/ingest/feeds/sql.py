"""A query on a domain database (SQLAlchemy), read in order of `updated_at` and `id`.

The query gives the columns `id`, `text` and `updated_at`, and may give `deleted`, `title`, `url`, `source`, `language`
and `published_at`. The position is the last row's `(updated_at, id)`; where `updated_at` is a time, a little before it
is read again, since a transaction may commit after one that began later. A row whose `deleted` is true is retracted.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, NullPool, create_engine, event, exc, make_url, text

from services.ingest.feed_items import document, document_id, each, feed_name
from services.ingest.feed_rows import Key, Row, as_text, decode_what_can_be, furthest, is_gone, key_of, where
from services.ingest.feed_settings import FeedSettings
from services.ingest.ports import BadItem, Bookmark, Feed, FeedItem, FeedSource, FeedUnavailableError, Found, Reached
from shared.masking import masked
from shared.messages import DocumentPublished

NEEDED, OPTIONAL = ("id", "text", "updated_at"), ("title", "url", "source", "language")
_FROM = "SELECT * FROM ({query}) AS feed WHERE updated_at IS NOT NULL"
_AFTER = " AND (updated_at > :updated_at OR (updated_at = :updated_at AND id > :id))"
_SINCE = " AND updated_at >= :updated_at"
_ORDER = " ORDER BY updated_at, id LIMIT :rows"
_UNDATED = "SELECT count(*) FROM ({query}) AS feed WHERE updated_at IS NULL"


def build(source: FeedSource, settings: FeedSettings) -> Feed:
    """A query on the database at the source's address, or TILTYARD_FEED_SQL_URL. Raises ValueError where one lacks."""
    address = source.address or settings.sql_url.get_secret_value()
    if not address or not source.query.strip():
        raise ValueError("a SQL feed needs an address (--url or TILTYARD_FEED_SQL_URL) and a query")
    try:
        url = make_url(address)
        engine = create_engine(url, poolclass=NullPool, connect_args=_waiting(url.get_backend_name(), settings))
        if url.get_backend_name() == "sqlite":
            event.listen(engine, "connect", decode_what_can_be)
    except (exc.NoSuchModuleError, ModuleNotFoundError) as error:
        raise ValueError(f"no database can be asked by this address: {masked(str(error))}") from error
    except (exc.ArgumentError, ValueError):  # whose message may hold a part of a password
        raise ValueError("no database can be asked by this address: SQLAlchemy does not understand it") from None
    _require_file(url)
    address = url.set(username=None, password=None, query={}).render_as_string()
    return Sql(engine, replace(source, address=address), settings)


def _require_file(url: URL) -> None:
    """SQLite would make a file that is not there."""
    path = url.database or ""
    if url.get_backend_name() == "sqlite" and not path.startswith("file:") and not Path(path).is_file():
        raise ValueError(f"no database file {path!r}")


def _waiting(backend: str, settings: FeedSettings) -> dict[str, object]:
    """How long to wait for the database, as its driver calls it."""
    names = {"postgresql": "connect_timeout", "mysql": "connect_timeout", "sqlite": "timeout"}
    return {names[backend]: int(settings.sql_timeout_s) or 1} if backend in names else {}


@dataclass
class Sql:
    """The rows of a query that were changed since they were read."""

    engine: Engine
    source: FeedSource
    settings: FeedSettings
    _asked_for_undated: bool = field(default=False, init=False)

    @property
    def name(self) -> str:
        return feed_name("sql", self.source)

    @property
    def every_s(self) -> float:
        return self.settings.sql_every_s

    def read(self, bookmark: Bookmark) -> Iterator[Found]:
        last = Key.saved(bookmark.position) if bookmark.position else None
        rows = self._since(last)
        yield from self._undated()
        while rows:
            gone = [self._id(row) for row in rows if is_gone(row)]
            live = {name for name, seen in bookmark.seen(gone).items() if seen.live}
            placed = [row for row in rows if key_of(row).can_be_kept]
            lost = (row for row in rows if not key_of(row).can_be_kept)
            yield from (BadItem(where(row), "its id or updated_at is no place in an order") for row in lost)
            for row in placed:
                last = furthest(last, key_of(row))
                if not is_gone(row) or self._id(row) in live:
                    yield from each([row], partial(self._found, position=str(last)), where)
            if last is not None:
                yield Reached(str(last))
            rows = self._after(placed) if len(rows) == self.settings.sql_rows else []

    def _after(self, rows: Sequence[Row]) -> Sequence[Row]:
        """The rows behind these. Raises ValueError where none of them has a place."""
        if not rows:
            raise ValueError("the query gives rows without a place in an order: each needs an id and updated_at")
        return self._rows(_AFTER, key_of(rows[-1]))

    def _since(self, last: Key | None) -> Sequence[Row]:
        """The first rows of a pass."""
        overlap = timedelta(seconds=self.settings.sql_overlap_s)
        if last is None:
            return self._rows("", None)
        if overlap and isinstance(last.updated_at, datetime):
            return self._rows(_SINCE, Key(last.updated_at - overlap, last.id))
        return self._rows(_AFTER, last)

    def _undated(self) -> Iterator[Found]:
        """Rows that no order holds are told of once in a process: counting them may be dear."""
        if not self._asked_for_undated:
            self._asked_for_undated = True
            if count := self._answer(_UNDATED, {})[0].popitem()[1]:
                yield BadItem(self.source.address, f"{count} rows have no updated_at and are not read")

    def _rows(self, condition: str, key: Key | None) -> Sequence[Row]:
        """Rows in their order. Raises ValueError where the query lacks a column."""
        values = {"updated_at": key.updated_at, "id": key.id} if key else {}
        rows = self._answer(_FROM + condition + _ORDER, values | {"rows": self.settings.sql_rows})
        if rows and (lacking := [name for name in NEEDED if name not in rows[0]]):
            raise ValueError(f"the query lacks {', '.join(lacking)}; it gives {', '.join(rows[0])} (rename with AS)")
        return rows

    def _answer(self, statement: str, values: Row) -> list[Row]:
        """Rows. Raises FeedUnavailableError while the database does not answer, ValueError for what it cannot read."""
        inner = self.source.query.strip().rstrip(";").replace(":", r"\:")
        try:
            with self._connected() as connection:
                return [dict(row) for row in connection.execute(text(statement.format(query=inner)), values).mappings()]
        except exc.DBAPIError as error:
            if _passing(error):
                raise FeedUnavailableError(f"{self.source.address}: {error.orig}") from error
            raise ValueError(
                f"the query is not understood: {masked(str(error.orig))} (needed: {', '.join(NEEDED)})"
            ) from error

    @contextmanager
    def _connected(self) -> Iterator[Connection]:
        """A connection that reads alone and waits no longer than it may, as far as the database can be told so."""
        try:
            connection = self.engine.connect()
        except exc.DBAPIError as error:
            raise FeedUnavailableError(f"{self.source.address}: {error.orig}") from error
        with connection:
            if connection.dialect.name == "postgresql":
                connection.exec_driver_sql("SET TRANSACTION READ ONLY")
                connection.exec_driver_sql(f"SET LOCAL statement_timeout = {int(self.settings.sql_timeout_s * 1000)}")
            yield connection

    def _id(self, row: Row) -> str:
        return document_id("sql", self.source, str(row["id"]))

    def _found(self, row: Row, *, position: str) -> Iterator[Found]:
        """A row as a document or as its retraction."""
        name = self._id(row)
        if is_gone(row):
            yield FeedItem(datetime.now(UTC), DocumentPublished(document_id=name, op="retract"), position)
            return
        given = {column: as_text(row[column]) for column in OPTIONAL if row.get(column) is not None}
        dated = {"published_at": row["published_at"]} if row.get("published_at") is not None else {}
        parsed = document(
            where(row), self.source.dates, document_id=name, text=as_text(row["text"] or ""), **given, **dated
        )
        if isinstance(parsed, BadItem):
            yield BadItem(where(row), parsed.reason, position, name)
        else:
            yield FeedItem(datetime.now(UTC), parsed, position)


def _passing(error: exc.DBAPIError) -> bool:
    """Whether the same question may be answered later. SQLite says of wrong names what others say of lost servers."""
    if isinstance(error.orig, sqlite3.OperationalError):
        return any(word in str(error.orig) for word in ("locked", "busy", "unable to open"))
    return error.connection_invalidated or isinstance(error, exc.OperationalError)
