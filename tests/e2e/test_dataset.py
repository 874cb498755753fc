"""`tiltyard dataset` and the topic of pairs on real servers: published, shown, exported, withdrawn."""

import json
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from services.console.platform.local import LocalPlatform
from shared import encoding, topology
from shared.cassandra import schema
from shared.cassandra.chunks import CassandraChunks
from shared.cassandra.client import connect
from shared.cassandra.documents import CassandraDocuments
from shared.kafka import topics
from shared.kafka.view import KafkaView
from shared.messages import Chunk, EncoderChoice
from shared.records import Position, RawRecord, effect
from shared.settings import CassandraSettings, EncoderSettings, KafkaSettings
from shared.stored import Disposition, StoredRevision, TakenDocument
from tests.builders import NOON, a_chunked_document, a_record
from tests.datasets import a_pair

pytestmark = pytest.mark.e2e
TEXT = "The lantern fair of Ostrel moved to the harbour after the flood."
ENCODER = EncoderSettings(variant="hashing", dimensions=32)


def tiltyard(*arguments: str, environment: dict[str, str]) -> str:
    argv = [sys.executable, "-m", "services.console.app", *arguments]
    done = subprocess.run(argv, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def shown(environment: dict[str, str], *arguments: str) -> dict[str, Any]:
    printed: dict[str, Any] = json.loads(tiltyard("dataset", "show", "--json", *arguments, environment=environment))
    return printed


def put(cassandra: CassandraSettings, encoder: EncoderChoice, count: int) -> None:
    """Documents and their chunks, as ingest and the embedder leave them."""
    schema.apply(cassandra, encoder=encoder.name, dimensions=encoder.dimensions)
    vectors = np.full((1, encoder.dimensions), encoder.dimensions**-0.5, np.float32)
    with closing(connect(cassandra)) as store:
        documents, chunks = CassandraDocuments(store), CassandraChunks(store, encoder.name)
        for n in range(count):
            made = a_chunked_document(
                document_id=f"pair-{n}", chunks=(Chunk(position=0, text=f"Head\n{TEXT} No. {n}."),)
            )
            record = a_record(made, offset=n)
            decided = Disposition(Position("test", 0, n), "revision", made.document_id, 1)
            documents.write(effect(record, TakenDocument(decided, made, f"{TEXT} No. {n}.")))
            chunks.write(effect(record, StoredRevision(made, vectors, NOON)))
        documents.flush()
        chunks.flush()


@pytest.mark.timeout(600)
def test_pairs_on_the_topic_are_learned_until_they_are_withdrawn(
    platform: LocalPlatform, kafka: KafkaSettings, cassandra: CassandraSettings, models: Path, tmp_path: Path
) -> None:
    own, home = cassandra.model_copy(update={"keyspace": "tiltyard_dataset"}), tmp_path / "home"
    home.mkdir()
    (home / "models").symlink_to(models)
    recipe = tmp_path / "recipe.yaml"
    data = {"builders": ["pairs", {"raft": {"without_gold": 0}}], "validation": 0, "probe": 0}
    recipe.write_text(json.dumps({"name": "mine", "version": 3, "data": data | {"without_pairs": ["raw_text"]}}))
    environment = {
        **platform.environment,
        "TILTYARD_HOME": str(home),
        "TILTYARD_CASSANDRA_KEYSPACE": own.keyspace,
        "TILTYARD_TUNING_RECIPE": str(recipe),
        "TILTYARD_ENCODER_VARIANT": "hashing",
        "TILTYARD_ENCODER_DIMENSIONS": "32",
    }
    pairs = tmp_path / "pairs.jsonl"
    pairs.write_text("".join(a_pair(f"pair-{n}", f"Where is fair {n}?").model_dump_json() + "\n" for n in range(3)))

    assert "published: 3" in tiltyard("publish", str(pairs), "--kind", "pairs", environment=environment)
    put(own, encoding.in_use(KafkaView(kafka, topology.ENCODERS).refresh(), ENCODER)[0], 3)
    both = shown(environment)
    out = tmp_path / "d.jsonl"
    tiltyard("dataset", "export", "--out", str(out), environment=environment)
    tiltyard("dataset", "withdraw", str(pairs), environment=environment)
    after = shown(environment)

    assert {(count["builder"], count["examples"]) for count in both["counts"]} == {("pairs", 3), ("raft", 3)}
    assert both["recipe"] == "mine version 3"
    rows = [json.loads(line) for line in out.read_text().splitlines()]
    asked = [row["messages"][1]["content"] for row in rows if row["form"] == "rag"]
    assert all(question.startswith("[1] Head The lantern fair") for question in asked)
    assert {count["builder"] for count in after["counts"]} == {"raw_text"}
    records: list[RawRecord] = list(topics.read_all(kafka, topology.PAIRS.name))
    assert all(record.value is None for record in {record.key: record for record in records}.values())
    schema.drop(own)
