"""Three brokers and three nodes of Cassandra: documents and questions go on while one of each is away, and after it."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import psutil
import pytest

from services.console.commands import doctor
from services.console.live import asking
from services.console.platform import ports
from services.console.platform.local import LocalPlatform, PlatformSettings, isolated
from services.console.platform.local_services import EVERY, LocalServices, LocalServicesSettings
from shared import encoding, topology
from shared.cassandra import nodes, schema
from shared.cassandra.client import connect
from shared.cassandra.dispositions import CassandraDispositions
from shared.kafka import client, creation, replicas
from shared.pages_settings import PagesSettings
from shared.publisher import Publisher
from shared.settings import CassandraSettings, KafkaSettings
from tests.builders import a_document, a_question
from tests.e2e.conftest import WITHIN_S
from tests.e2e.live import ENCODER, LIGHT

pytestmark = [pytest.mark.e2e, pytest.mark.cluster, pytest.mark.timeout(900)]
SERVICES = ("ingest", "embedder", "retriever", "generator-base", "generator-tuned", "scorer")


class Three:
    """A platform of three nodes with topics and tables, and the services over it."""

    def __init__(self, home: Path) -> None:
        self.platform = LocalPlatform(isolated(home, PlatformSettings(), nodes=3))
        self.kafka = self.platform.connections.kafka(KafkaSettings(partitions=1))
        self.cassandra = self.platform.connections.cassandra(CassandraSettings())
        pages, *probes = ports.find_free(len(EVERY) + 1)
        self.services = LocalServices(
            LocalServicesSettings(),
            home=home,
            environment=self.platform.environment | LIGHT | {"TILTYARD_HOME": str(home)},
            probe_ports=probes,
            pages=PagesSettings(port=pages),
        )

    def start(self) -> None:
        self.platform.start(lambda _: None)
        creation.create(self.kafka)
        schema.apply(self.cassandra, encoder=encoding.name_of(ENCODER), dimensions=ENCODER.dimensions)

    def goes_through(self, text: str, question: str) -> str:
        """Publish a document, wait until it can be found, and ask; the answer with retrieval."""
        asked = a_question(text=question, question_id=f"of {text}")
        with closing(connect(self.cassandra)) as store:
            publisher = Publisher(self.kafka, "test", CassandraDispositions(store))
            publisher.publish(topology.DOCUMENTS, [a_document(document_id=text, text=text)])
            assert [settled.fate for settled in publisher.wait(WITHIN_S)] == ["indexed"]
            publisher.close()
        return asking.ask(self.kafka, [asked], within_s=WITHIN_S)[asked.question_id].answers["base+rag"].answer.text

    def kill(self, name: str) -> None:
        process = psutil.Process(self.platform.pid(name))
        os.kill(process.pid, signal.SIGKILL)
        eventually(lambda: name not in self.running)

    @property
    def running(self) -> set[str]:
        return {status.name for status in self.platform.status() if status.running}


def eventually(holds: Callable[[], bool], within_s: float = WITHIN_S) -> None:
    deadline = time.monotonic() + within_s
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.2)


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Three]:
    made = Three(tmp_path_factory.mktemp("three"))
    try:
        made.start()
        yield made
    finally:
        made.services.stop()
        made.platform.stop()


def test_every_topic_and_table_has_a_copy_on_each_node(three: Three) -> None:
    known = client.admin(three.kafka).list_topics(timeout=10)
    copied = {tuple(sorted(place.isrs)) for topic in known.topics.values() for place in topic.partitions.values()}

    assert copied == {(1, 2, 3)}
    with closing(connect(three.cassandra)) as store:
        assert nodes.away(store) == (3, [])
        kept = store.session.cluster.metadata.keyspaces["tiltyard"].replication_strategy.export_for_schema()
    assert kept == "{'class': 'NetworkTopologyStrategy', 'datacenter1': '3'}"


def test_a_document_and_a_question_go_through_without_a_broker_and_a_node_and_after_they_came_back(
    three: Three, monkeypatch: pytest.MonkeyPatch
) -> None:
    three.services.start(SERVICES)
    assert "peat" in three.goes_through("The mill at Sarn burns peat.", "What does the mill at Sarn burn?")

    three.kill("kafka-1")
    three.kill("cassandra-1")
    assert "six" in three.goes_through("The ferry from Orm sails at six.", "When does the ferry from Orm sail?")
    for name, value in three.platform.environment.items():
        monkeypatch.setenv(name, value)
    said = {what: told(look) for what, look in doctor.CHECKS if what in {"copies of topics", "nodes of the store"}}
    assert "since broker 1 is away: start it again" in said["copies of topics"]
    assert "1 of 3 nodes do not answer (127.0.0.1)" in said["nodes of the store"]

    assert three.platform.start(lambda _: None) == ["kafka-1", "cassandra-1"]
    assert "red" in three.goes_through("The bridge at Tane is red.", "What colour is the bridge at Tane?")
    eventually(lambda: replicas.look(three.kafka).lacking == 0)
    assert {service.name for service in three.services.status() if service.running} == set(SERVICES)


def told(look: Callable[[], str]) -> str:
    try:
        return look()
    except UserWarning as warning:
        return str(warning)


def test_one_server_alone_is_paused_stopped_and_started(three: Three) -> None:
    process = psutil.Process(three.platform.pid("kafka-2"))
    process.suspend()
    assert "kafka-2" in three.running
    process.resume()

    assert three.platform.stop_server("cassandra-3")
    assert three.running == {*three.platform.names} - {"cassandra-3"}
    assert three.platform.start_server("cassandra-3")
    assert not three.platform.start_server("cassandra-3")
    assert three.running == set(three.platform.names)
