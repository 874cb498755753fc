"""Roles and grants of a cluster, made by an administrator's session."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from shared.access import RefusedError
from shared.cassandra.client import open_session
from shared.cassandra.security import said_in
from shared.grants import PRINCIPALS, CassandraGrant, name_of
from shared.settings import CassandraSettings

CHUNKS = "chunks"
REFUSALS = ("Unauthorized", "InvalidRequest")
"""The driver's errors where the account may not, or where the node has no roles or grants at all."""


def apply(settings: CassandraSettings, grants: Iterable[CassandraGrant]) -> list[str]:
    """Make the roles that are not there (they cannot log in before they are given a password), and grant.

    Returns the tables that are not there yet, on which nothing could be granted. Raises RefusedError where it may not.
    """
    with _session(settings) as (session, tables):
        for principal in PRINCIPALS:
            _do(session, f'CREATE ROLE IF NOT EXISTS "{role_of(principal, settings)}" WITH LOGIN = true')
        absent = set[str]()
        for grant in grants:
            for table in (there := _tables(grant, tables)):
                _do(session, statement(grant, settings, table))
            if not there and grant.table:
                absent.add(grant.table)
        return sorted(absent)


def role_of(principal: str, settings: CassandraSettings) -> str:
    """What the nodes call a principal of this installation."""
    return settings.installation.named(name_of(principal))


def described(grant: CassandraGrant, settings: CassandraSettings) -> dict[str, Any]:
    """With the names that the nodes know."""
    keyspace = "" if grant.every_keyspace else settings.named_keyspace
    return grant._asdict() | {"keyspace": keyspace, "role": role_of(grant.principal, settings)}


def statement(grant: CassandraGrant, settings: CassandraSettings, table: str = "") -> str:
    """The grant in CQL; `table`: the one that `chunks` stands for."""
    keyspace = settings.named_keyspace
    whole = "ALL KEYSPACES" if grant.every_keyspace else f"KEYSPACE {keyspace}"
    on = f"{keyspace}.{table or grant.table}" if grant.table else whole
    return f'GRANT {grant.permission} ON {on} TO "{role_of(grant.principal, settings)}"'


def make(settings: CassandraSettings, passwords: Mapping[str, str], *, superuser: bool = False) -> None:
    """Make roles with these passwords; those that are there stay as they are."""
    options = f"LOGIN = true AND SUPERUSER = {str(superuser).lower()}"
    with _session(settings) as (session, _):
        known = {row.role for row in session.execute("SELECT role FROM system_auth.roles")}
        for role in passwords.keys() - known:
            session.execute(f'CREATE ROLE "{role}" WITH PASSWORD = {_quoted(passwords[role])} AND {options}')


def set_passwords(settings: CassandraSettings, passwords: Mapping[str, str]) -> None:
    """Give roles other passwords."""
    with _session(settings) as (session, _):
        for role, password in passwords.items():
            session.execute(f'ALTER ROLE "{role}" WITH PASSWORD = {_quoted(password)}')


def close(settings: CassandraSettings, role: str) -> None:
    """Let a role log in no more."""
    with _session(settings) as (session, _):
        session.execute(f'ALTER ROLE "{role}" WITH SUPERUSER = false AND LOGIN = false')


def _do(session: Any, cql: str) -> None:
    try:
        session.execute(cql)
    except Exception as error:
        if type(error).__name__ not in REFUSALS:
            raise
        raise RefusedError(
            f"Cassandra neither makes roles nor grants anything for this account: {said_in(str(error))}"
        ) from error


def _quoted(text: str) -> str:
    escaped = text.replace("'", "''")
    return f"'{escaped}'"


def _tables(grant: CassandraGrant, tables: Iterable[str] | None) -> list[str]:
    """The tables that a grant is on; an empty name for one on a keyspace; none where they are not there."""
    if not grant.table:
        return [""] if grant.every_keyspace or tables is not None else []
    return [table for table in tables or () if table == grant.table or _of_encoder(grant.table, table)]


def _of_encoder(named: str, table: str) -> bool:
    return named == CHUNKS and table.startswith(f"{CHUNKS}_")


@contextmanager
def _session(settings: CassandraSettings) -> Iterator[tuple[Any, list[str] | None]]:
    """A session, and the tables of the keyspace; None where there is no keyspace."""
    cluster, session = open_session(settings)
    try:
        keyspace = cluster.metadata.keyspaces.get(settings.named_keyspace)
        yield session, None if keyspace is None else sorted(keyspace.tables)
    finally:
        cluster.shutdown()
