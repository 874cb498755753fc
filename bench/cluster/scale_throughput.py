"""How many documents a second become findable with one, two and four processes of ingest and of embedder."""

import time
from argparse import Namespace
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench.cluster import remote_encoder
from bench.cluster.scale_members import Outputs, processes, running, settle
from shared import topology
from shared.cassandra import schema
from shared.encoders import openai
from shared.kafka.sink import Delivery, publish
from shared.messages import DocumentPublished
from shared.settings import CassandraSettings, EncoderSettings, KafkaSettings
from tests.kills.run import servers

DIMENSIONS, WITHIN_S = 64, 400.0
FROM, TO = 0.1, 0.9
"""Of the documents: between these the rate is taken, since the first and the last batches are not full."""


def measure(options: Namespace) -> dict[str, Any]:
    """Documents a second by number of processes, and how much more each has than one."""
    with (
        TemporaryDirectory() as folder,
        servers(Path(folder)) as usual,
        remote_encoder.serving(DIMENSIONS, options.passage_ms / 1_000) as remote,
    ):
        environment = dict(usual) | _encoding(remote.url)
        _make_table(environment)
        rates = {
            number: _rate(environment, number, options.documents, Path(folder) / f"{turn}-{number}")
            for turn, number in enumerate(options.processes)
        }
    one = rates[options.processes[0]]
    return {
        "documents": options.documents,
        "encoder_ms_a_passage": options.passage_ms,
        "documents_a_second": {str(number): round(rate, 1) for number, rate in rates.items()},
        "times_the_first": {str(number): round(rate / one, 2) for number, rate in rates.items()},
    }


def _encoding(url: str) -> dict[str, str]:
    return {
        "TILTYARD_ENCODER_VARIANT": "openai", "TILTYARD_ENCODER_URL": url, "TILTYARD_ENCODER_MODEL": "remote",
        "TILTYARD_ENCODER_DIMENSIONS": str(DIMENSIONS), "TILTYARD_ENCODER_BATCH": "64",
        "TILTYARD_ENCODER_TIMEOUT_S": "60", "TILTYARD_INGEST_CHUNKER": "words",
        "TILTYARD_INGEST_LANGUAGE": "stated",
    }  # fmt: skip


def _make_table(environment: Mapping[str, str]) -> None:
    encoder = EncoderSettings(variant="openai", model="remote", url=environment["TILTYARD_ENCODER_URL"])
    cassandra = CassandraSettings(port=int(environment["TILTYARD_CASSANDRA_PORT"]))
    schema.apply(cassandra, encoder=openai.name_of(encoder), dimensions=DIMENSIONS)


def _rate(environment: Mapping[str, str], number: int, documents: int, folder: Path) -> float:
    folder.mkdir()
    kafka = KafkaSettings(bootstrap_servers=environment["TILTYARD_KAFKA_BOOTSTRAP_SERVERS"])
    members = [*processes("ingest", number, environment, folder), *processes("embedder", number, environment, folder)]
    outputs = Outputs(kafka, topology.INDEXED.name)
    try:
        with running(members):
            for service in ("ingest", "embedder"):
                settle(kafka, service, number)
            _publish(kafka, folder.name, documents)
            outputs.wait_for(documents, WITHIN_S)
    finally:
        outputs.close()
    at = sorted(outputs.at.values())
    first, last = round(FROM * len(at)), round(TO * len(at)) - 1
    return (last - first) / (at[last] - at[first])


def _publish(kafka: KafkaSettings, prefix: str, documents: int) -> None:
    delivery, began = Delivery(kafka, "bench"), time.time_ns()
    for number in range(documents):
        text = f"The harbour office counted {began + number} boats at quay {number}, and the ferry sailed on time. " * 5
        document = DocumentPublished(document_id=f"{prefix}-{number}", title=f"Quay {number}", text=text, language="en")
        publish(delivery, topology.DOCUMENTS, document)
    delivery.flush()
