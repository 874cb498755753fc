"""The columns of a chunks table: what each holds of a passage, how it is written, and how it is read back.

The schema and every statement follow from this list. A new column is one line here, beside the field of `Passage` that
it keeps; `tiltyard setup` adds it to tables that are there already, and what stands in them is read by its default.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, NamedTuple

from shared.scope import labels_of, readers
from shared.stored import Passage

KEY = ("document_id", "position")


def _same(value: Any) -> Any:
    return value


def _text(stored: str | None) -> str:
    return stored or ""


def utc(moment: datetime) -> datetime:
    """The driver gives naive UTC times."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


class Column(NamedTuple):
    """A column and the field of a passage that it holds."""

    name: str
    type: str
    field: str
    write: Callable[[Any], Any] = _same
    read: Callable[[Any], Any] = _same


COLUMNS = (
    Column("document_id", "text", "document_id"),
    Column("position", "int", "position"),
    Column("revision", "int", "revision"),
    Column("title", "text", "title", read=_text),
    Column("source", "text", "source", read=_text),
    Column("tags", "set<text>", "tags", set, lambda stored: tuple(stored or ())),
    Column("language", "text", "language", read=_text),
    Column("readers", "set<text>", "labels", lambda labels: set(readers(labels)), lambda kept: labels_of(kept or ())),
    Column("trust", "float", "trust", read=lambda stored: 1.0 if stored is None else float(stored)),
    Column("published_at", "timestamp", "published_at", read=utc),
    Column("first_seen_at", "timestamp", "first_seen_at", read=utc),
    Column("body", "text", "text"),
)
NAMES = ", ".join(column.name for column in COLUMNS)
DEFINED = ",\n    ".join(f"{column.name} {column.type}" for column in COLUMNS)
"""As CREATE TABLE takes them."""
ADDED = ", ".join(f"{column.name} {column.type}" for column in COLUMNS if column.name not in KEY)
"""As ALTER TABLE ADD takes those that an older table may lack."""
PUT = (
    f"INSERT INTO {{table}} ({NAMES}, embedding) VALUES ({', '.join('?' for _ in COLUMNS)}, ?) "  # noqa: S608 (no data)
    "USING TIMESTAMP ? AND TTL ?"
)

COMPARED = ", ".join(f"count({column})" for column in (*(column.name for column in COLUMNS), "embedding"))
"""Of all columns, so that the copies compare all of them, and so little that asking for it costs next to nothing."""


def values(passage: Passage) -> list[Any]:
    """What is written of a passage, in the order of the columns."""
    return [column.write(getattr(passage, column.field)) for column in COLUMNS]


def passage(row: Any) -> Passage:
    """What a row says."""
    return Passage(**{column.field: column.read(getattr(row, column.name)) for column in COLUMNS})
