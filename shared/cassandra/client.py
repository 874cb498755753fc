"""The one file that imports the Cassandra driver: sessions, consistency, retries, and the version check.

Writes and reads by key run at LOCAL_QUORUM. Vector searches run at LOCAL_ONE: the server does so whatever is
asked for (a warning says it), which is why search results are read again by key before they are used. A read at
ALL makes all copies equal: it is short, is not retried, and who asks for it can do without.
"""

import logging
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any

import cassandra
import stamina
from cassandra.cluster import EXEC_PROFILE_DEFAULT, Cluster, ExecutionProfile, NoHostAvailable, Session
from cassandra.concurrent import execute_concurrent
from cassandra.connection import DefaultEndPoint, DefaultEndPointFactory
from cassandra.io.libevreactor import LibevConnection
from cassandra.policies import DCAwareRoundRobinPolicy, FallthroughRetryPolicy, TokenAwarePolicy
from cassandra.query import BatchStatement, BatchType, PreparedStatement

from shared.access import FAILOVER_S, GRANT, UnreachableError
from shared.cassandra import security
from shared.cassandra.release import refuse_old
from shared.masking import masked
from shared.settings import CassandraSettings

SEARCH, EVERY_COPY, IN_FLIGHT, EVERY_COPY_WITHIN_S, AGAIN_S = "search", "every copy", 32, 1.0, 2.0
_LATE = (cassandra.OperationTimedOut, NoHostAvailable)
_TRANSIENT = (cassandra.ReadTimeout, cassandra.WriteTimeout, cassandra.Unavailable, *_LATE)
_retry = stamina.retry(on=_TRANSIENT, attempts=None, timeout=FAILOVER_S, wait_initial=0.1, wait_max=5.0)
Statement = tuple[str, Sequence[Any]]

# The server advises against USE, which nobody uses here: every statement is prepared for a named keyspace.
logging.getLogger("cassandra.protocol").addFilter(lambda record: "USE <keyspace>" not in record.getMessage())


class Store:
    """A session with prepared statements. Every call is idempotent and retried while the store recovers."""

    def __init__(self, session: Session, cluster: Cluster, keyspace: str, datacenter: str = "") -> None:
        self.session = session
        self._cluster = cluster
        self.keyspace, self.datacenter = keyspace, datacenter
        self._prepare = cache(self._prepared)

    def rows(self, cql: str, values: Sequence[Any] = ()) -> Iterable[Any]:
        """Rows of one statement, paged as they are read."""
        return _run(self.session.execute, self._prepare(cql), values)  # type: ignore[no-any-return]

    def searches(self, statements: Sequence[Statement]) -> list[list[Any]]:
        """The rows of each vector search, in flight together."""
        return [list(rows) for rows in self._concurrently(statements, execution_profile=SEARCH)]

    def rows_of_each(self, cql: str, keys: Sequence[Sequence[Any]]) -> list[list[Any]]:
        """The rows for each key, reads in flight together, answers in the order of the keys."""
        return [list(rows) for rows in self._concurrently([(cql, key) for key in keys])]

    def by_every_copy(self, cql: str, keys: Sequence[Sequence[Any]]) -> list[bool]:
        """Whether all copies answered a read of each key. The server gives a copy what it lacks before it answers."""
        options = {"concurrency": IN_FLIGHT, "raise_on_first_error": False, "execution_profile": EVERY_COPY}
        answers = execute_concurrent(self.session, [(self._prepare(cql), key) for key in keys], **options)
        for answered, outcome in answers:
            if not answered and not isinstance(outcome, (cassandra.RequestExecutionException, *_LATE)):
                raise outcome
        return [answered for answered, _ in answers]

    def write(self, statements: Sequence[Statement]) -> None:
        """Run statements in flight together, in no order; each stands alone."""
        self._concurrently(statements)

    def write_partitions(self, partitions: Sequence[Sequence[Statement]]) -> None:
        """Run each partition's statements as one batch: all or nothing, and seen at once. Batches fly together."""
        self._fly([(self._batch(statements), None) for statements in partitions])

    def _batch(self, statements: Sequence[Statement]) -> BatchStatement:
        batch = BatchStatement(BatchType.UNLOGGED, consistency_level=cassandra.ConsistencyLevel.LOCAL_QUORUM)
        batch.is_idempotent = True
        for cql, values in statements:
            batch.add(self._prepare(cql), values)
        return batch

    def close(self) -> None:
        self._cluster.shutdown()

    def _concurrently(self, statements: Sequence[Statement], **options: Any) -> list[Any]:
        return self._fly([(self._prepare(cql), values) for cql, values in statements], **options)

    def _fly(self, ready: Sequence[tuple[Any, Any]], **options: Any) -> list[Any]:
        """Run statements with at most IN_FLIGHT under way; one alone is spared the machinery."""
        if len(ready) == 1:
            return [_run(self.session.execute, *ready[0], **options)]
        answers = _run(
            execute_concurrent, self.session, ready, concurrency=IN_FLIGHT, raise_on_first_error=True, **options
        )
        return [answer.result_or_exc for answer in answers]

    def _prepared(self, cql: str) -> PreparedStatement:
        statement = _run(self.session.prepare, cql, keyspace=self.keyspace)
        statement.is_idempotent = True
        return statement


@_retry
def _run(call: Any, *arguments: Any, **options: Any) -> Any:
    return call(*arguments, **options)


@contextmanager
def answering() -> Iterator[None]:
    """Raises UnreachableError in place of what the driver raises where the store did not recover in time."""
    try:
        yield
    except _TRANSIENT as error:
        raise UnreachableError(f"Cassandra did not answer: {masked(str(error))}") from error


def connect(settings: CassandraSettings) -> Store:
    """A store bound to the keyspace.

    Raises UnreachableError after `startup_wait_s`, RefusedError, OldServerError, ValueError without the keyspace.
    """
    cluster, session = open_session(settings)
    if settings.named_keyspace not in cluster.metadata.keyspaces:
        cluster.shutdown()
        raise ValueError(f"no keyspace {settings.named_keyspace!r} in Cassandra. Make it with `tiltyard setup`.")
    return Store(session, cluster, settings.named_keyspace, settings.local_datacenter)


def open_session(settings: CassandraSettings) -> tuple[Cluster, Session]:
    """A session without a keyspace on a cluster of the right version."""
    deadline = time.monotonic() + settings.startup_wait_s
    while True:
        cluster = _cluster(settings)
        try:
            session = cluster.connect()
            refuse_old(session.execute)
            return cluster, session
        except NoHostAvailable as error:
            cluster.shutdown()
            said = [str(each) for each in error.errors.values() if isinstance(each, cassandra.AuthenticationFailed)]
            security.refuse_closed_door(settings, said)
            if time.monotonic() > deadline:
                raise UnreachableError(security.nobody_answers(settings)) from error
            time.sleep(0.5)
        except BaseException:
            cluster.shutdown()
            raise


def denied(error: BaseException) -> str:
    """What the store does not let us do, in one line; empty where an error says something else."""
    is_one = isinstance(error, cassandra.Unauthorized)
    return f"Cassandra refuses it: {security.said_in(str(error))}; {GRANT}" if is_one else ""


class _NamedEndPoints(DefaultEndPointFactory):  # type: ignore[misc]  # the driver has no types
    """Nodes under the names by which contact points call them: their certificates are checked against these."""

    def __init__(self, names: Mapping[str, str], port: int) -> None:
        super().__init__(port)
        self._names = names

    def create(self, row: Any) -> DefaultEndPoint:
        point = super().create(row)
        return DefaultEndPoint(self._names.get(point.address, point.address), point.port)


def _places(settings: CassandraSettings) -> dict[str, Any]:
    """Without TLS contact points stay texts, which the driver resolves and whose names it forgets."""
    if not settings.tls:
        return {"contact_points": security.hosts(settings)}
    return {
        "contact_points": [DefaultEndPoint(host, settings.port) for host in security.hosts(settings)],
        "endpoint_factory": _NamedEndPoints(security.addresses(settings), settings.port),
        "ssl_context": security.trusted(settings),
    }


def _cluster(settings: CassandraSettings) -> Cluster:
    balancing, timeout = TokenAwarePolicy(DCAwareRoundRobinPolicy(settings.local_datacenter)), settings.timeout_s
    level, once, briefly = cassandra.ConsistencyLevel, FallthroughRetryPolicy(), min(timeout, EVERY_COPY_WITHIN_S)
    profiles = {
        EXEC_PROFILE_DEFAULT: ExecutionProfile(balancing, None, level.LOCAL_QUORUM, request_timeout=timeout),
        SEARCH: ExecutionProfile(balancing, None, level.LOCAL_ONE, request_timeout=timeout),
        EVERY_COPY: ExecutionProfile(balancing, once, level.ALL, request_timeout=briefly),
    }
    return Cluster(
        **_places(settings),
        port=settings.port,
        execution_profiles=profiles,
        connection_class=LibevConnection,
        protocol_version=5,
        auth_provider=security.Password(settings) if settings.username else None,
        connect_timeout=timeout,
        reconnection_policy=cassandra.policies.ConstantReconnectionPolicy(AGAIN_S, max_attempts=None),
    )
