"""`tiltyard explain` over the real Kafka and Cassandra: it finds what the retriever would, and publishes nothing."""

import json
import os
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from services.embedder.handler import indexed
from services.retriever.settings import RetrieverSettings
from shared import topology
from shared.cassandra import schema
from shared.cassandra.chunks import CassandraChunks
from shared.cassandra.client import connect
from shared.encoders import hashing
from shared.kafka import topics
from shared.kafka.sink import Delivery, KafkaSink
from shared.messages import Chunk
from shared.records import Effect
from shared.settings import CassandraSettings, EncoderSettings, KafkaSettings
from shared.stored import StoredRevision
from tests.builders import NOON, a_chunked_document, a_raw_record

pytestmark = pytest.mark.e2e
ENCODER = hashing.build(EncoderSettings(variant="hashing", dimensions=64))
FAIR, BOARD = "The lantern fair is held at the old harbour.", "The lantern fair is bankrupt, the board was told."


@pytest.fixture
def environment(kafka: KafkaSettings, cassandra: CassandraSettings) -> dict[str, str]:
    """Two stored and announced stories, one of them for the board; and settings that find them."""
    schema.apply(cassandra, encoder=ENCODER.name, dimensions=ENCODER.dimensions)
    store, delivery = connect(cassandra), Delivery(kafka, "test")
    chunks = CassandraChunks(store, ENCODER.name)
    said = KafkaSink[StoredRevision](
        delivery, topology.INDEXED, partial(indexed, encoder=ENCODER.name, now=lambda: NOON)
    )
    for name, text, labels in (("explain-fair", FAIR, ()), ("explain-board", BOARD, ("board",))):
        made = a_chunked_document(document_id=name, chunks=(Chunk(position=0, text=text),), labels=labels, tags=(name,))
        stored = Effect(StoredRevision(made, ENCODER.encode([text]), NOON), a_raw_record(b""))
        chunks.write(stored)
        said.write(stored)
    chunks.flush()
    said.flush()
    store.close()
    return os.environ | {
        "TILTYARD_KAFKA_BOOTSTRAP_SERVERS": kafka.bootstrap_servers,
        "TILTYARD_CASSANDRA_CONTACT_POINTS": cassandra.contact_points,
        "TILTYARD_CASSANDRA_PORT": str(cassandra.port),
        "TILTYARD_ENCODER_VARIANT": "hashing",
        "TILTYARD_ENCODER_DIMENSIONS": "64",
    }


def explain(environment: dict[str, str], *options: str) -> str:
    command = [sys.executable, "-m", "services.console", "explain", "Where is the lantern fair?", *options]
    return subprocess.run(
        command, cwd=Path(__file__).parents[2], env=environment, capture_output=True, text=True, timeout=120, check=True
    ).stdout


def test_explaining_shows_every_list_and_publishes_nothing(environment: dict[str, str], kafka: KafkaSettings) -> None:
    def ends() -> dict[str, Any]:
        return {topic.name: topics.ranges(kafka, topic.name) for topic in topology.TOPICS}

    before = ends()
    everyones = json.loads(explain(environment, "--tag", "explain-fair", "--tag", "explain-board", "--json"))
    boards = json.loads(explain(environment, "--tag", "explain-board", "--label", "board", "--json"))
    shown = explain(environment, "--source", "nobody")

    assert [row["text"] for row in everyones["evidence"]] == [FAIR]
    assert "bankrupt" not in str(everyones)
    assert set(everyones["evidence"][0]["lists"]) == {"dense", "bm25", *everyones["lists"][2:]}
    assert everyones["lists"][3:] == RetrieverSettings().ranker_names
    assert [row["text"] for row in boards["evidence"]] == [BOARD]
    assert "No evidence: nothing within sources; without sources there is something." in shown
    assert ends() == before
