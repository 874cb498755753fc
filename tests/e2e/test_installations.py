"""Two installations at once on one Kafka and one Cassandra, each with its own prefix: neither sees the other."""

import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.console.live import asking
from services.console.platform import ports
from services.console.platform.local import LocalPlatform
from services.console.platform.local_services import EVERY, LocalServices, LocalServicesSettings
from shared import topology
from shared.cassandra.client import connect
from shared.cassandra.dispositions import CassandraDispositions
from shared.kafka import client, topics
from shared.messages import Result
from shared.pages_settings import PagesSettings
from shared.publisher import Publisher
from shared.settings import CassandraSettings, KafkaSettings
from tests.builders import a_document, a_question
from tests.cases import every_case
from tests.command_line import Ended
from tests.e2e.conftest import WITHIN_S
from tests.e2e.live import LIGHT

pytestmark = [pytest.mark.e2e, pytest.mark.cluster, pytest.mark.timeout(600)]
SERVICES = ("ingest", "embedder", "retriever", "generator-base", "generator-tuned", "scorer", "web")
TEXTS = {"press": "The mill at Sarn burns peat.", "court": "The mill at Sarn burns straw."}


@dataclass
class Neighbour:
    """One of the installations: its services, and what a user of it does."""

    prefix: str
    kafka: KafkaSettings
    cassandra: CassandraSettings
    environment: dict[str, str]
    services: LocalServices

    def publish(self, text: str) -> list[str]:
        """What becomes of a document that has the same id in both installations."""
        with closing(connect(self.cassandra)) as store:
            publisher = Publisher(self.kafka, "test", CassandraDispositions(store))
            publisher.publish(topology.DOCUMENTS, [a_document(document_id="mill", text=text)])
            fates: list[str] = [settled.fate for settled in publisher.wait(WITHIN_S)]
            publisher.close()
        return fates

    def bury(self) -> None:
        """Publish what is no document, and wait until it is a dead letter."""
        Publisher(self.kafka, "test").send_bytes(topology.DOCUMENTS.name, b"bad", b"{bad", {})
        deadline = time.monotonic() + WITHIN_S
        while not list(topics.read_all(self.kafka, topology.DOCUMENTS.dead)):
            assert time.monotonic() < deadline, "it is not buried"

    def ask(self, question_id: str) -> Result:
        question = a_question(question_id=question_id, text="What does the mill at Sarn burn?")
        return asking.ask(self.kafka, [question], within_s=WITHIN_S)[question_id]

    def letters_on_pages(self, at_least: int) -> int:
        """How many groups of dead letters the pages show, once they have read so many."""
        deadline = time.monotonic() + WITHIN_S
        while (shown := len(self.pages("dead")["items"])) < at_least:
            assert time.monotonic() < deadline, f"{shown} of {at_least} letters on the pages"
        return shown

    def pages(self, path: str) -> Any:
        return httpx.get(f"{self.services.pages}/api/{path}", timeout=20).raise_for_status().json()


def neighbour(platform: LocalPlatform, home: Path, prefix: str) -> Neighbour:
    environment = platform.environment | LIGHT | {
        "TILTYARD_HOME": str(home), "TILTYARD_PREFIX": prefix, "TILTYARD_KAFKA_PARTITIONS": "1",
        "TILTYARD_KAFKA_STARTUP_WAIT_S": "60", "TILTYARD_CASSANDRA_STARTUP_WAIT_S": "60",
    }  # fmt: skip
    pages, *probes = ports.find_free(len(EVERY) + 1)
    services = LocalServices(
        LocalServicesSettings(), home=home, environment=environment, probe_ports=probes, pages=PagesSettings(port=pages)
    )
    kafka = KafkaSettings(bootstrap_servers=platform.bootstrap_servers, prefix=prefix, partitions=1)
    cassandra = CassandraSettings(port=platform.cassandra_port, prefix=prefix)
    return Neighbour(prefix, kafka, cassandra, environment, services)


@pytest.fixture
def both(
    platform: LocalPlatform, tmp_path_factory: pytest.TempPathFactory, tiltyard: Any
) -> Iterator[tuple[Neighbour, ...]]:
    made = tuple(neighbour(platform, tmp_path_factory.mktemp(prefix), prefix) for prefix in TEXTS)
    try:
        for one in made:
            assert tiltyard("setup", **one.environment).returncode == 0
        with ThreadPoolExecutor() as pool:
            list(pool.map(lambda one: one.services.start(SERVICES), made))
        yield made
    finally:
        for one in made:
            one.services.stop()


def test_two_installations_on_the_same_servers_never_see_each_other(
    both: tuple[Neighbour, ...], kafka: KafkaSettings, tiltyard: Any
) -> None:
    for one in both:
        assert one.publish(TEXTS[one.prefix]) == ["indexed"]
    both[0].bury()
    answers = {one.prefix: one.ask("same") for one in both}
    with every_case() as case:
        for one in both:
            result, other = answers[one.prefix], next(text for name, text in TEXTS.items() if name != one.prefix)
            with case(one.prefix, "is answered from its own document"):
                assert TEXTS[one.prefix].split()[-1] in result.answers["base+rag"].answer.text
                assert other.split()[-1] not in result.model_dump_json()
            ended: Ended = tiltyard("audit", "--json", **one.environment)
            audit = json.loads(ended.stdout)
            with case(one.prefix, "has a balanced audit of its own records"):
                assert (audit["balanced"], audit["unaccounted"]) == (True, [])
            doctor: Ended = tiltyard("doctor", "--json", **one.environment)
            with case(one.prefix, "finds everything there"):
                assert doctor.returncode == 0, doctor.stdout
            letters = json.loads(tiltyard("dead-letters", "list", "--json", **one.environment).stdout)
            with case(one.prefix, "has its own dead letters, under plain addresses"):
                wanted = [f"{topology.DOCUMENTS.dead}[0]@0"] if one is both[0] else []
                assert [letter["at"] for letter in letters] == wanted
            with case(one.prefix, "shows its own on its pages"):
                assert TEXTS[one.prefix].split()[-1] in json.dumps(one.pages("question?id=same"))
                assert one.letters_on_pages(at_least=len(letters)) == len(letters)
        with case("whoever has no prefix sees topics of both, and no word of theirs on its own"):
            known = client.admin(kafka).list_topics(timeout=10).topics
            assert {f"{one.prefix}.{topic.name}" for one in both for topic in topology.TOPICS} <= set(known)
            assert [record for record in topics.read_all(kafka, topology.DOCUMENTS.name) if record.key == b"mill"] == []


def test_what_one_installation_stops_is_missed_in_it_alone(both: tuple[Neighbour, ...], tiltyard: Any) -> None:
    both[0].services.stop(("ingest",))

    said = [tiltyard("doctor", "--json", **one.environment).stdout for one in both]
    services = [next(look["says"] for look in json.loads(text) if look["what"] == "services") for text in said]
    assert "not running: ingest" in services[0]
    assert "not running" not in services[1]
