"""The columns of the chunks: what is written is read back, and table and statements name the very same ones."""

import re
from collections.abc import Sequence
from dataclasses import fields
from datetime import UTC
from types import SimpleNamespace
from typing import Any

import numpy as np

from shared.cassandra import chunk_columns, schema
from shared.cassandra.chunks import CassandraChunks
from shared.memory.chunks import MemoryChunks
from shared.records import Effect
from shared.settings import CassandraSettings
from shared.stored import Passage, StoredRevision
from tests.builders import NOON, a_chunked_document, a_raw_record

NAMES = [column.name for column in chunk_columns.COLUMNS]


def a_stored_revision(**changes: Any) -> StoredRevision:
    chunked = a_chunked_document(**changes)
    return StoredRevision(chunked, np.eye(len(chunked.chunks), 4, dtype=np.float32), NOON)


def written(stored: StoredRevision) -> list[tuple[str, Sequence[Any]]]:
    """The statements that a revision leads to."""
    told: list[Any] = []
    store = SimpleNamespace(write_partitions=told.extend)
    chunks = CassandraChunks(store, "some-encoder")  # type: ignore[arg-type]
    chunks.write(Effect(stored, a_raw_record(b"")))
    chunks.flush()
    return [statement for partition in told for statement in partition]


def test_every_statement_has_a_place_for_each_of_its_values() -> None:
    stored = a_stored_revision()
    statements = written(stored)
    assert len(statements) == 1 + len(stored.chunked.chunks)
    for text, values in statements:
        assert text.count("?") == len(values)
        assert "{" not in text
    assert f"({', '.join(NAMES)}, embedding)" in statements[1][0]


def test_what_is_written_is_read_back_as_memory_keeps_it() -> None:
    stored = a_stored_revision(tags=("a", "b"), language="en", labels=("desk", "board"), trust=0.5)
    memory = MemoryChunks()
    memory.write(Effect(stored, a_raw_record(b"")))
    memory.flush()
    name = stored.chunked.document_id

    rows = [dict(zip(NAMES, values, strict=False)) for _, values in written(stored)[1:]]
    for row in rows:  # the driver gives sorted sets, naive times, and nothing for what is empty
        row |= {"tags": sorted(row["tags"]), "published_at": row["published_at"].astimezone(UTC).replace(tzinfo=None)}
    read = [chunk_columns.passage(SimpleNamespace(**row)) for row in rows]
    kept = memory.of_documents([name])[name]
    assert [(passage.tags, passage.text, passage.published_at, passage.trust) for passage in read] == [
        (passage.tags, passage.text, passage.published_at, passage.trust) for passage in kept
    ]
    assert [sorted(passage.labels) for passage in read] == [sorted(passage.labels) for passage in kept]


def test_a_row_from_before_a_column_was_there_is_read_by_its_default() -> None:
    key = {"document_id": "d", "position": 0, "revision": 1, "published_at": NOON, "first_seen_at": NOON, "body": "B"}
    passage = chunk_columns.passage(SimpleNamespace(**dict.fromkeys(NAMES) | key))
    assert passage == Passage("d", 0, 1, "", "", (), "", (), 1.0, NOON, NOON, "B")


def test_the_columns_hold_every_field_of_a_passage_once() -> None:
    assert sorted(column.field for column in chunk_columns.COLUMNS) == sorted(field.name for field in fields(Passage))


def test_the_table_is_made_and_brought_up_to_date_with_the_same_columns() -> None:
    statements = schema.statements(CassandraSettings(), encoder="some-encoder", dimensions=8)
    [made] = [text for text in statements if "CREATE TABLE" in text and "chunks_some_encoder" in text]
    [added] = [text for text in statements if text.startswith("ALTER TABLE")]

    assert re.findall(r"^    (\w+) [a-z]+(?:<[^>]*>)?,$", made, flags=re.MULTILINE) == [*NAMES, "embedding"]
    assert "PRIMARY KEY (document_id, position)" in made
    inside = added[added.index("(") + 1 : added.rindex(")")]
    assert [definition.split()[0] for definition in inside.split(", ")] == [
        name for name in NAMES if name not in chunk_columns.KEY
    ]
