"""Rows of any types: one that is odd costs itself, and the query goes on."""

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from services.ingest.feed_rows import Key
from services.ingest.feed_settings import FeedSettings
from services.ingest.feeds import sql
from services.ingest.ports import Feed, FeedSource
from tests.unit.feed_parts import Reader

COLUMNS = ("id", "text", "updated_at", "title", "url", "source", "language", "published_at")
GOOD = {"id": 9, "text": "The lock is shut.", "updated_at": 9}


def feed_of(folder: Path, *rows: dict[str, Any], query: str = "SELECT * FROM news", **settings: Any) -> Feed:
    database = folder / "news.db"
    with sqlite3.connect(database) as connection:
        connection.execute(f"CREATE TABLE news ({', '.join(COLUMNS)})")
        values = [[row.get(column) for column in COLUMNS] for row in rows]
        connection.executemany("INSERT INTO news VALUES (?, ?, ?, ?, ?, ?, ?, ?)", values)
    return sql.build(FeedSource(f"sqlite:///{database}", query=query), FeedSettings(**settings))


@pytest.mark.parametrize("column", ["text", "title", "url", "source", "language", "published_at"])
@pytest.mark.parametrize("value", [1e308, -1, 2**63 - 1, b"\xff\x00", b"", float("inf"), "x" * 5_000])
def test_a_column_of_another_type_costs_no_other_row(tmp_path: Path, column: str, value: object) -> None:
    odd = {"id": 1, "text": "The ferry sails.", "updated_at": 1} | {column: value}

    assert "The lock is shut." in [document.text for document in Reader().read(feed_of(tmp_path, odd, GOOD))]


def test_a_cell_that_is_no_utf_8_costs_its_bad_bytes(tmp_path: Path) -> None:
    query = "SELECT id, CAST(text AS TEXT) AS text, updated_at FROM news"
    feed = feed_of(tmp_path, {"id": 1, "text": b"The l\xffck is shut.", "updated_at": 1}, GOOD, query=query)

    assert [document.text for document in Reader().read(feed)] == ["The l\ufffdck is shut.", "The lock is shut."]


@pytest.mark.parametrize(("number", "published"), [(None, 1), (b"\xff", 2), (b"", 2), ("a", 2), (0.5, 2)])
def test_an_id_of_any_type_is_kept_as_a_place_or_reported(tmp_path: Path, number: object, published: int) -> None:
    reader, feed = Reader(), feed_of(tmp_path, {"id": number, "text": "The ferry sails.", "updated_at": 1}, GOOD)

    assert len(reader.read(feed)) == published
    assert reader.read(feed) == []
    assert reader.bad == (["row None: its id or updated_at is no place in an order"] if number is None else [])


def test_rows_of_which_none_has_a_place_are_the_querys_fault(tmp_path: Path) -> None:
    feed = feed_of(tmp_path, {"text": "a", "updated_at": 1}, {"text": "b", "updated_at": 1}, sql_rows=2)

    with pytest.raises(ValueError, match="without a place in an order"):
        Reader().read(feed)


def test_times_of_several_types_are_read_in_the_databases_order(tmp_path: Path) -> None:
    odd = [
        {"id": 1, "text": text, "updated_at": at} for at, text in [(1, "One."), ("2025-03-03", "Two."), (b"\x00", "3.")]
    ]
    reader, feed = Reader(), feed_of(tmp_path, *odd, sql_rows=1)

    assert [document.text for document in reader.read(feed)] == ["One.", "Two.", "3."]
    assert reader.read(feed) == []


def test_a_place_is_read_as_it_was_written() -> None:
    key = Key(2.5, b"\x00\xff")

    assert Key.saved(str(key)) == key
