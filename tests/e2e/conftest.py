"""The real service processes with the real models, on the test run's own servers."""

import os
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from services.console.live import asking
from services.console.live.accounting import LiveAuditSource
from services.console.platform import ports
from services.console.platform.local import LocalPlatform
from services.console.platform.local_services import EVERY, LocalServices, LocalServicesSettings
from shared import topology
from shared.cassandra import schema
from shared.cassandra.client import Store, connect
from shared.cassandra.dispositions import CassandraDispositions
from shared.lab import accounting
from shared.messages import DocumentPublished, Question, Result
from shared.pages_settings import PagesSettings
from shared.publisher import Publisher, Settled
from shared.settings import CassandraSettings, HomeSettings, KafkaSettings
from tests.e2e.live import Servers, servers

WITHIN_S = 240.0


@dataclass
class House:
    """The running services, with what a user does to them."""

    services: LocalServices
    kafka: KafkaSettings
    cassandra: CassandraSettings
    store: Store
    environment: dict[str, str]
    pages: str

    def publisher(self) -> Publisher:
        return Publisher(self.kafka, "test", CassandraDispositions(self.store))

    def publish(self, *documents: DocumentPublished) -> list[Settled]:
        """Publish and wait until each is findable, dropped or dead."""
        publisher = self.publisher()
        publisher.publish(topology.DOCUMENTS, documents)
        settled = publisher.wait(WITHIN_S)
        publisher.close()
        return settled

    def ask(self, *questions: Question) -> dict[str, Result]:
        """Ask and wait for every result."""
        results = asking.ask(self.kafka, questions, within_s=WITHIN_S)
        missing = {question.question_id for question in questions} - results.keys()
        assert not missing, f"no result of {sorted(missing)}; {self.last_words()}"
        return results

    def last_words(self, lines: int = 8) -> str:
        """The end of every service's log, for a failure to be understood from its message."""
        logs = sorted((Path(self.environment["TILTYARD_HOME"]) / "logs").glob("*.log"))
        running = [status.name for status in self.services.status() if status.running]
        ends = [f"{log.name}:\n" + "\n".join(log.read_text().splitlines()[-lines:]) for log in logs]
        return f"running: {running}\n" + "\n".join(ends)

    def unaccounted(self) -> frozenset[str]:
        """The records that the audit cannot account for now."""
        with closing(LiveAuditSource(self.kafka, self.cassandra)) as source:
            return frozenset(accounting.audit(source).unaccounted)

    def pid(self, name: str) -> int:
        return next(status.pid for status in self.services.status() if status.name == name and status.running)

    def kill(self, name: str) -> None:
        """End a service as a power cut would, and wait until the system has buried it."""
        os.kill(self.pid(name), 9)
        deadline = time.monotonic() + WITHIN_S
        while any(status.name == name and status.running for status in self.services.status()):
            assert time.monotonic() < deadline, f"{name} does not die"
            time.sleep(0.05)


@pytest.fixture(scope="session")
def models() -> Path:
    """The converted models of this machine, which all homes share: a conversion takes half a minute."""
    folder = HomeSettings().home.absolute() / "models"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def house(
    platform: LocalPlatform,
    kafka: KafkaSettings,
    cassandra: CassandraSettings,
    models: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[House]:
    """All services but those on demand, consuming."""
    home = tmp_path_factory.mktemp("house")
    (home / "models").symlink_to(models)
    environment = {
        **platform.environment, "TILTYARD_HOME": str(home), "TILTYARD_KAFKA_PARTITIONS": "2",
        "TILTYARD_JUDGE_BACKEND": "oracle", "TILTYARD_KAFKA_SESSION_S": "3", "TILTYARD_SCORER_SESSION_S": "3",
    }  # fmt: skip
    pages, *probes = ports.find_free(len(EVERY) + 1)
    services = LocalServices(
        LocalServicesSettings(),
        home=home,
        environment=environment,
        probe_ports=probes,
        pages=PagesSettings(port=pages),
    )
    schema.apply(cassandra, encoder="all-MiniLM-L6-v2", dimensions=384)
    store = connect(cassandra)
    try:
        services.start()
        yield House(services, kafka, cassandra, store, environment, f"http://127.0.0.1:{pages}")
    finally:
        services.stop()
        store.close()


@pytest.fixture(scope="session")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    """Servers that may be paused and compacted: no service of the house is on them."""
    with servers(tmp_path_factory.mktemp("own")) as running:
        yield running


@pytest.fixture
def unaccounted_before(house: House) -> frozenset[str]:
    """What an earlier test left behind, if one failed: a test answers for its own records alone."""
    return house.unaccounted()


@pytest.fixture
def working_folder() -> Path:
    """The checkout, where processes of the project are started."""
    return Path(__file__).parents[2]
