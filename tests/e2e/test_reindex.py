"""Changing the encoder of running services on servers of their own: nothing is lost, whoever is killed on the way."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from services.console.platform import ports
from services.console.platform.local import LocalPlatform, PlatformSettings, isolated
from services.console.platform.local_services import EVERY, LocalServices, LocalServicesSettings
from shared import topology
from shared.cassandra import schema
from shared.cassandra.chunks import CassandraChunks
from shared.cassandra.client import Store, connect
from shared.cassandra.dispositions import CassandraDispositions
from shared.kafka import creation, topics
from shared.kafka.sink import Delivery, publish
from shared.messages import DocumentPublished, EvidenceFound, Question
from shared.pages_settings import PagesSettings
from shared.publisher import Publisher
from shared.settings import CassandraSettings, KafkaSettings

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]
WITHIN_S = 120.0
SERVICES = ("ingest", "embedder", "retriever")
TO_NEW = ("--variant", "hashing", "--dimensions", "300")
STORIES = [
    DocumentPublished(document_id=f"story-{number}", title=f"Ferry {number}", text=f"It sails to pier {number}.")
    for number in range(60)
]  # fmt: skip


@dataclass
class Site:
    """Three services over two servers, all of them this module's own."""

    services: LocalServices
    kafka: KafkaSettings
    store: Store
    environment: dict[str, str]

    def publish(self, *documents: DocumentPublished) -> set[str]:
        """Publish and wait; what became of each."""
        publisher = Publisher(self.kafka, "test", CassandraDispositions(self.store))
        publisher.publish(topology.DOCUMENTS, documents)
        fates = {str(settled.fate) for settled in publisher.wait(WITHIN_S)}
        publisher.close()
        return fates

    def ask(self, question_id: str, text: str) -> EvidenceFound:
        delivery = Delivery(self.kafka, "test")
        publish(delivery, topology.QUESTIONS, Question(question_id=question_id, text=text))
        delivery.flush()
        deadline = time.monotonic() + WITHIN_S
        while time.monotonic() < deadline:
            for record in topics.read_all(self.kafka, topology.EVIDENCE.name):
                if record.key == question_id.encode():
                    return EvidenceFound.model_validate_json(record.value or b"")
            time.sleep(0.1)
        raise AssertionError(f"no evidence for {question_id}")

    def command(self, *arguments: str) -> dict[str, Any]:
        """`tiltyard reindex` as a user runs it; its last words."""
        done = subprocess.run(
            [sys.executable, "-m", "services.console", "reindex", *arguments, "--json"],
            env=self._environment(), capture_output=True, text=True, timeout=WITHIN_S, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        said: dict[str, Any] = json.loads(done.stdout)
        return said

    def cut_off(self, phase: str) -> None:
        """The job itself, killed when it first says that it is in this phase."""
        argv = [sys.executable, "-m", "services.embedder.reindex", *TO_NEW]
        with subprocess.Popen(argv, env=self._environment(), stdout=subprocess.PIPE, text=True) as job:
            assert any(json.loads(line).get("phase") == phase for line in job.stdout or ())
            job.kill()

    def kill(self, name: str) -> None:
        pid = next(service.pid for service in self.services.status() if service.name == name and service.running)
        os.kill(pid, signal.SIGKILL)
        deadline = time.monotonic() + WITHIN_S
        while any(service.name == name and service.running for service in self.services.status()):
            assert time.monotonic() < deadline, f"{name} does not die"
            time.sleep(0.02)
        self.services.start((name,))

    def tables(self) -> set[str]:
        names = self.store.rows("SELECT table_name FROM system_schema.tables WHERE keyspace_name = ?", ["tiltyard"])
        return {row.table_name for row in names if row.table_name.startswith("chunks_")}

    def _environment(self) -> dict[str, str]:
        return dict(os.environ) | self.environment


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    home = tmp_path_factory.mktemp("reindex")
    platform = LocalPlatform(isolated(home, PlatformSettings()))
    platform.start(lambda _: None)
    environment = platform.environment | {
        "TILTYARD_HOME": str(home / "services"), "TILTYARD_KAFKA_PARTITIONS": "2", "TILTYARD_KAFKA_SESSION_S": "3",
        "TILTYARD_ENCODER_VARIANT": "hashing", "TILTYARD_ENCODER_DIMENSIONS": "64",
        "TILTYARD_INGEST_CHUNKER": "words", "TILTYARD_INGEST_LANGUAGE": "stated",
    }  # fmt: skip
    kafka = KafkaSettings(bootstrap_servers=platform.bootstrap_servers, partitions=2)
    cassandra = CassandraSettings(port=int(environment["TILTYARD_CASSANDRA_PORT"]))
    pages, *probes = ports.find_free(len(EVERY) + 1)
    folder = home / "services"
    services = LocalServices(
        LocalServicesSettings(),
        home=folder,
        environment=environment,
        probe_ports=probes,
        pages=PagesSettings(port=pages),
    )
    try:
        creation.create(kafka)
        schema.apply(cassandra, encoder="hashing-64", dimensions=64)
        store = connect(cassandra)
        services.start(SERVICES)
        yield Site(services, kafka, store, environment)
        store.close()
    finally:
        services.stop(SERVICES)
        platform.stop()


def test_a_running_installation_moves_to_another_encoder_and_loses_nothing(site: Site) -> None:
    assert site.publish(*STORIES) == {"indexed"}
    assert site.ask("before", "Which pier does ferry 7 sail to?").encoder == "hashing-64"

    site.cut_off("filling")
    corrected = STORIES[7].model_copy(update={"text": "Ferry 7 sails to the quarry quay."})
    site.publish(corrected, DocumentPublished(document_id="story-8", op="retract"))
    site.kill("embedder")
    during = site.ask("during", "Ferry 7 quarry quay")
    assert (during.encoder, during.items[0].chunk_id) == ("hashing-64", "story-7:2:0")

    done = site.command(*TO_NEW, "--permitted-loss", "0.3")  # hashed words find a title by luck
    assert (done["settled"], done["serving"]["name"], done["serving"]["lacks"]) == (True, "hashing-300", 0)
    assert done["compared"]["recall_of_index@10"]["new"] >= 0.9
    after = switched(site)
    assert after.items[0].chunk_id == "story-7:2:0"
    assert "story-8" not in {item.document_id for item in after.items}

    site.kill("retriever")
    site.kill("embedder")
    site.publish(DocumentPublished(document_id="late", title="Late ferry", text="The late ferry sails at midnight."))
    late = site.ask("restarted", "late ferry midnight")
    assert (late.encoder, late.items[0].document_id) == ("hashing-300", "late")
    assert site.command("--status")["beside"]["lacks"] == 0
    assert site.tables() == {"chunks_hashing_64", "chunks_hashing_300"}

    assert site.command("--drop-old")["dropped"] == "hashing-64"
    site.publish(DocumentPublished(document_id="last", title="Last ferry", text="The last ferry carries turnips."))
    assert site.ask("dropped", "last ferry turnips").items[0].document_id == "last"
    assert site.tables() == {"chunks_hashing_300"}
    assert set(CassandraChunks(site.store, "hashing-300").of_documents(["story-8"])["story-8"]) == set()


def switched(site: Site) -> EvidenceFound:
    """Evidence after the retriever has taken the switch up, which it does between two batches."""
    for number in range(20):
        evidence = site.ask(f"after-{number}", "Ferry 7 quarry quay")
        if evidence.encoder == "hashing-300":
            return evidence
    raise AssertionError("the retriever does not take the switch up")
