"""What each service, and whoever operates them or sets them up, must be able to do, derived from the topology.

Nothing else is granted. The names of topics and tables are those of `shared/topology.py`; what a service does beside
its step (a group's offsets, its own changelog) stands here.
"""

from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from shared import topology
from shared.topology import STEPS, TOPICS, TRAINING, AnyTopic, Step

OPERATOR, SETUP, PREFIX = "operator", "setup", "tiltyard"
SERVICES = tuple(step.service for step in STEPS)
PRINCIPALS = (*SERVICES, OPERATOR, SETUP)
TABLES = (
    "documents", "document_revisions", "dispositions", "chunks", "results", "signatures", "signature_bands", "feeds",
    "feed_items",
)  # fmt: skip
WORKERS = ("generator", "judge")
"""Services whose groups are called after a worker too."""
WITHOUT_GROUP = ("reader", "view")
"""Names under which consumers come that join no group: librdkafka asks for the group's coordinator all the same."""
BY_JOBS = ("feeds", "feed_items", "chunks")
"""Tables that jobs of a person write: feeds, and a new encoder's vectors."""

Operation = Literal["READ", "WRITE", "CREATE", "DESCRIBE", "DESCRIBE_CONFIGS", "ALTER_CONFIGS"]
Permission = Literal["SELECT", "MODIFY", "CREATE", "ALTER", "DROP"]


class KafkaGrant(NamedTuple):
    """One operation on a topic or a group; `prefixed`: on all whose names begin so."""

    principal: str
    operation: Operation
    resource: Literal["topic", "group"]
    name: str
    prefixed: bool = False


class CassandraGrant(NamedTuple):
    """One permission on a table, on the whole keyspace (no table), or on keyspaces that are yet to be made."""

    principal: str
    permission: Permission
    table: str = ""
    every_keyspace: bool = False


def name_of(principal: str) -> str:
    """The user of Kafka and the role of Cassandra."""
    return f"{PREFIX}-{principal}"


def on_kafka(group_prefix: str) -> tuple[KafkaGrant, ...]:
    """Every grant on Kafka, each once, in the order of PRINCIPALS."""
    granted = [
        *(grant for step in STEPS for grant in _of_step(step, group_prefix)),
        *_of_operator(group_prefix),
        *_of_setup(),
    ]
    return tuple(dict.fromkeys(granted))


def on_cassandra() -> tuple[CassandraGrant, ...]:
    """Every grant on Cassandra, each once; `chunks` stands for the table of each encoder."""
    granted = [
        *(grant for step in STEPS for grant in _tables(step.service, step.stores, step.looks_up)),
        *_tables("tuner", (), TRAINING.looks_up),
        *_tables(OPERATOR, BY_JOBS, TABLES),
        *(CassandraGrant(SETUP, permission) for permission in ("CREATE", "ALTER", "DROP")),
        CassandraGrant(SETUP, "CREATE", every_keyspace=True),
    ]
    return tuple(dict.fromkeys(granted))


def _topics(who: str, operation: Operation, names: Sequence[str]) -> Iterator[KafkaGrant]:
    return (KafkaGrant(who, operation, "topic", name) for name in names)


def _of_step(step: Step, group_prefix: str) -> Iterator[KafkaGrant]:
    jobs = (TRAINING,) if step.service == "tuner" else ()
    for part in (step, *jobs):
        yield from _topics(step.service, "READ", _names(part.reads, part.follows))
        yield from _topics(step.service, "WRITE", _names(part.writes, part.buried))
        yield from _topics(step.service, "WRITE", [topic.dead for topic in part.reads])
        yield from _topics(step.service, "READ", [topic.dead for topic in part.buried])
    if step.reads:
        group = f"{group_prefix}-{step.service}"
        yield KafkaGrant(step.service, "READ", "group", group, prefixed=step.service in WORKERS)
    for reader in WITHOUT_GROUP:
        yield KafkaGrant(step.service, "DESCRIBE", "group", f"{group_prefix}-{reader}")
    if step.service == "scorer":
        for operation in ("CREATE", "READ", "WRITE"):
            yield KafkaGrant("scorer", operation, "topic", topology.changelog_of(f"{group_prefix}-scorer"))
    if step.service == "web":
        yield KafkaGrant("web", "DESCRIBE", "group", f"{group_prefix}-", prefixed=True)


def _of_operator(group_prefix: str) -> Iterator[KafkaGrant]:
    yield from _topics(OPERATOR, "READ", _with_dead(TOPICS))
    yield from _topics(OPERATOR, "WRITE", _names(TOPICS))
    yield from _topics(OPERATOR, "DESCRIBE_CONFIGS", _with_dead(TOPICS))
    yield KafkaGrant(OPERATOR, "DESCRIBE", "group", f"{group_prefix}-", prefixed=True)


def _of_setup() -> Iterator[KafkaGrant]:
    for operation in ("CREATE", "DESCRIBE", "DESCRIBE_CONFIGS", "ALTER_CONFIGS"):
        yield from _topics(SETUP, operation, _with_dead(TOPICS))


def _tables(who: str, stores: Sequence[str], looks_up: Sequence[str]) -> Iterator[CassandraGrant]:
    for table in (*stores, *looks_up):
        yield CassandraGrant(who, "SELECT", table)
    for table in stores:
        yield CassandraGrant(who, "MODIFY", table)


def _names(*groups: Sequence[AnyTopic]) -> list[str]:
    return [topic.name for group in groups for topic in group]


def _with_dead(topics: Sequence[AnyTopic]) -> list[str]:
    return [name for topic in topics for name in (topic.name, topic.dead)]
