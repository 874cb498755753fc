"""Rows of a domain database, whose columns may hold anything: where one stands in the order, and what it says."""

import json
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from shared.records import bounded

Row = dict[str, Any]
LONGEST_WHERE = 100
_KINDS: dict[str, Any] = {
    "datetime": datetime.fromisoformat, "date": date.fromisoformat, "Decimal": Decimal, "UUID": UUID,
    "int": int, "float": float, "str": str, "bytes": bytes.fromhex,
}  # fmt: skip
_NOT_GONE = ("0", "n", "no", "f", "false", "off", "0000-00-00", "0000-00-00 00:00:00")


@dataclass(frozen=True)
class Key:
    """Where a row stands in the order; kept as JSON with the types that the database gave."""

    updated_at: Any
    id: Any

    @classmethod
    def saved(cls, position: str) -> "Key":
        return cls(*(_KINDS[kind](value) for kind, value in json.loads(position)))

    def __str__(self) -> str:
        return json.dumps([(type(part).__name__, _written(part)) for part in (self.updated_at, self.id)])

    @property
    def can_be_kept(self) -> bool:
        """Whether the types are such as a place in an order has."""
        return all(type(part).__name__ in _KINDS for part in (self.updated_at, self.id))


def furthest(last: Key | None, key: Key) -> Key:
    """The position behind a row; one that is read again for the overlap moves nothing back."""
    try:
        return last if last is not None and key.updated_at < last.updated_at else key
    except TypeError:  # a column without a type holds several; the database has an order of its own for them
        return key


def key_of(row: Row) -> Key:
    """The place of a row, kept or not."""
    return Key(row["updated_at"], row["id"])


def where(row: Row) -> str:
    """What a row is called where something is wrong with it."""
    return bounded(f"row {row['id']}", LONGEST_WHERE)


def is_gone(row: Row) -> bool:
    """Whether a row says that it is deleted: a truth value, a number, a time, or a word as tables have them.

    A bit may come as a byte, and a column of a letter has N for no.
    """
    value = row.get("deleted")
    word = as_text(value).strip(" \0").casefold() if isinstance(value, str | bytes) else value
    return bool(word) and word not in _NOT_GONE


def _written(part: Any) -> str:
    return part.hex() if isinstance(part, bytes) else str(part)


def as_text(value: Any) -> str:
    """A column as text, whatever its type: columns that ought to hold text may have none in SQLite."""
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)


def decode_what_can_be(connection: Any, _: object) -> None:
    """A cell that is no UTF-8 costs its bad bytes, and not the whole query."""
    connection.text_factory = as_text
