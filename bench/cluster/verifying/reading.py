"""Reads every topic from end to end, and every table."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cassandra import ConsistencyLevel
from cassandra.cluster import EXEC_PROFILE_DEFAULT, Cluster, ExecutionProfile
from cassandra.policies import DCAwareRoundRobinPolicy, TokenAwarePolicy
from cassandra.query import SimpleStatement, dict_factory
from confluent_kafka import OFFSET_BEGINNING, Consumer, Message, TopicPartition

from bench.cluster.verifying.world import Line, Place, World

PATIENCE_S, PAGE = 60.0, 500
OURS = ("news.", "qa.")
COLUMNS = {
    "documents": "document_id, revision, retracted, description, body",
    "document_revisions": "document_id, revision",
    "dispositions": "topic, kafka_partition, kafka_offset, outcome, document_id, revision, reason",
    "signatures": "document_id",
    "results": "question_id, result_version, body",
}
TABLES = "SELECT table_name FROM system_schema.tables WHERE keyspace_name = %s"
OF_CHUNKS = "document_id, position, revision, title, body"


@dataclass(frozen=True)
class Servers:
    """Where everything is to be read."""

    kafka: str
    nodes: Sequence[str]
    port: int
    keyspace: str = "tiltyard"


def read(servers: Servers, record: Path, audit: Mapping[str, Any]) -> World:
    """Everything as it stands now. The tables are read at QUORUM: what all readers see together."""
    acknowledged = [json.loads(line) for line in record.read_text(encoding="utf-8").splitlines()]
    topics = dict(_topics(servers.kafka))
    return World(acknowledged, topics, dict(_tables(servers)), audit)


def _topics(bootstrap: str) -> Iterator[tuple[str, list[Line]]]:
    told = {"bootstrap.servers": bootstrap, "group.id": "verifier", "enable.auto.commit": False}
    with closing(Consumer(told)) as reader:
        known = reader.list_topics(timeout=PATIENCE_S).topics
        for name in sorted(name for name in known if name.startswith(OURS)):
            yield name, [line for part in known[name].partitions for line in _partition(reader, name, part)]


def _partition(reader: Consumer, topic: str, partition: int) -> Iterator[Line]:
    place = TopicPartition(topic, partition, OFFSET_BEGINNING)
    low, end = reader.get_watermark_offsets(place, timeout=PATIENCE_S)
    if low == end:
        return
    reader.assign([place])
    while max(0, reader.position([place])[0].offset) < end:
        batch = reader.consume(PAGE, 1.0) or [_none(reader, topic, partition, end)]
        for message in batch:
            if message.error():
                raise TimeoutError(f"{topic}[{partition}] cannot be read up to {end}: {message.error()}")
            yield _line(message)
    reader.unassign()


def _none(reader: Consumer, topic: str, partition: int, end: int) -> Message:
    """The next record where none came for a moment; TimeoutError where none comes at all."""
    message = reader.poll(PATIENCE_S)
    if message is None:
        raise TimeoutError(f"{topic}[{partition}] cannot be read up to {end}: nothing comes")
    return message


def _line(message: Message) -> Line:
    headers = {str(name): _text(value) for name, value in dict(message.headers() or []).items()}
    place = Place(message.partition() or 0, message.offset() or 0)
    return Line(place, message.timestamp()[1], _text(message.key()), message.value(), headers)


def _text(given: str | bytes | None) -> str:
    return given.decode(errors="replace") if isinstance(given, bytes) else given or ""


def _tables(servers: Servers) -> Iterator[tuple[str, list[Mapping[str, Any]]]]:
    profile = ExecutionProfile(
        load_balancing_policy=TokenAwarePolicy(DCAwareRoundRobinPolicy("datacenter1")),
        consistency_level=ConsistencyLevel.QUORUM, request_timeout=PATIENCE_S, row_factory=dict_factory,
    )  # fmt: skip
    cluster = Cluster(servers.nodes, servers.port, execution_profiles={EXEC_PROFILE_DEFAULT: profile})
    with cluster:
        session = cluster.connect(servers.keyspace)
        named = session.execute(TABLES, (servers.keyspace,))
        chunks = {row["table_name"]: OF_CHUNKS for row in named if row["table_name"].startswith("chunks_")}
        for table, columns in (COLUMNS | chunks).items():
            yield table, list(session.execute(SimpleStatement(f"SELECT {columns} FROM {table}", fetch_size=PAGE)))  # noqa: S608
