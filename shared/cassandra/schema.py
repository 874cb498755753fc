"""Applying `deploy/cassandra/schema.cql` and naming the table of each encoder."""

import re
from pathlib import Path
from string import Template

from shared.cassandra import chunk_columns
from shared.cassandra.client import open_session
from shared.settings import CassandraSettings

SCHEMA = Path(__file__).parents[2] / "deploy" / "cassandra" / "schema.cql"


def chunks_table(encoder: str) -> str:
    """Table name for an encoder's vectors: its name in the characters that Cassandra allows, 48 at most."""
    return "chunks_" + re.sub(r"[^a-z0-9]+", "_", encoder.lower()).strip("_")[-30:].strip("_")


def apply(settings: CassandraSettings, *, encoder: str, dimensions: int) -> None:
    """Make the keyspace, tables and indexes that are not there yet."""
    cluster, session = open_session(settings)
    try:
        for statement in statements(settings, encoder=encoder, dimensions=dimensions):
            session.execute(statement, timeout=60.0)
    finally:
        cluster.shutdown()


def statements(settings: CassandraSettings, *, encoder: str, dimensions: int) -> list[str]:
    """The schema as single statements, with the settings filled in."""
    text = Template(SCHEMA.read_text()).substitute(
        keyspace=settings.named_keyspace,
        replication=settings.replication,
        chunks=chunks_table(encoder),
        chunk_columns=chunk_columns.DEFINED,
        added_columns=chunk_columns.ADDED,
        dimensions=dimensions,
    )
    code = "\n".join(line for line in text.splitlines() if not line.startswith("--"))
    return [statement.strip() for statement in code.split(";") if statement.strip()]


def drop_chunks(settings: CassandraSettings, encoder: str) -> None:
    """Remove one encoder's table with its vectors; nothing where it is gone already."""
    cluster, session = open_session(settings)
    try:
        session.execute(f"DROP TABLE IF EXISTS {settings.named_keyspace}.{chunks_table(encoder)}", timeout=60.0)
    finally:
        cluster.shutdown()


def drop(settings: CassandraSettings) -> None:
    """Remove a keyspace with all that is in it: for keyspaces made for one measurement, never for the service's own."""
    cluster, session = open_session(settings)
    try:
        session.execute(f"DROP KEYSPACE IF EXISTS {settings.named_keyspace}", timeout=60.0)
    finally:
        cluster.shutdown()
