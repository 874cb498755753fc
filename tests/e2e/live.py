"""Servers of their own that tests may pause, flush and compact; and the services over them, in this process.

The services run as they are wired, in threads, with the hashing encoder; only the retriever is put together here, so
that it can be restarted with its snapshot and its evidence heard at once.
"""

import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from services.console.platform import java, templates
from services.console.platform.local import LocalPlatform, PlatformSettings, isolated
from services.embedder.__main__ import build as embedder
from services.ingest.__main__ import build as ingest
from services.retriever.assembly import retriever
from services.retriever.recipes import RetrieveByContest
from services.retriever.settings import RetrieverSettings
from shared import encoding, topology
from shared.cassandra import schema
from shared.cassandra.chunks import CassandraChunks
from shared.cassandra.client import Store, connect
from shared.cassandra.dispositions import CassandraDispositions
from shared.gaps import unheard
from shared.kafka import creation
from shared.kafka.sink import Delivery, KafkaDeadLetters
from shared.kafka.source import KafkaSource
from shared.kafka.tail import KafkaTail
from shared.messages import DocumentPublished, EvidenceFound, Question
from shared.observe import Readiness
from shared.publisher import Publisher, Settled
from shared.records import Effect
from shared.retention import Retention
from shared.runner import Runner
from shared.settings import CassandraSettings, EncoderSettings, KafkaSettings

WITHIN_S = 120.0
ENCODER = EncoderSettings(variant="hashing", dimensions=256)
LIGHT = {
    "TILTYARD_ENCODER_VARIANT": "hashing",
    "TILTYARD_ENCODER_DIMENSIONS": str(ENCODER.dimensions),
    "TILTYARD_INGEST_CHUNKER": "words",
    "TILTYARD_INGEST_LANGUAGE": "stated",
    "TILTYARD_GENERATOR_BACKEND": "echo",
}
"""The environment of processes that load no model."""
WIDE = RetrieverSettings(top_k=100, budget_words=1_000_000, index_memory_mib=16)


@dataclass
class Servers:
    """A Kafka and a Cassandra that tests may do with as they please."""

    settings: PlatformSettings
    platform: LocalPlatform

    @property
    def environment(self) -> dict[str, str]:
        """Of a process with the hashing encoder over these servers."""
        own = {"TILTYARD_KAFKA_PARTITIONS": "2", "TILTYARD_HOME": str(self.settings.home / "services")}
        return self.platform.environment | LIGHT | own

    def nodetool(self, *arguments: str) -> None:
        """Cassandra's own tool, over its JMX port on the loopback address."""
        home = self.settings.home / "cassandra"
        options = (home / "conf" / "jvm.options").read_text().split()
        jars = java.fetch_jars(templates.FOLDER / "cassandra-pom.xml", self.settings.jars or home, print)
        command = [
            str(java.find_java()), "-Xmx128m", "-XX:TieredStopAtLevel=1", f"-Duser.home={home}",
            *[option for option in options if option.startswith("--add-")],
            "-cp", f"{home / 'conf'}:{jars}/*", "org.apache.cassandra.tools.NodeTool",
            "-h", "127.0.0.1", "-p", str(self.settings.cassandra_jmx_port), *arguments,
        ]  # fmt: skip
        subprocess.run(command, check=True, capture_output=True, timeout=WITHIN_S)

    @contextmanager
    def cassandra_paused(self) -> Iterator[None]:
        """Cassandra stops in its tracks (SIGSTOP): connections stay open and nothing answers."""
        process = psutil.Process(next(service.pid for service in self.platform.status() if service.name == "cassandra"))
        process.suspend()
        try:
            yield
        finally:
            process.resume()


@contextmanager
def servers(home: Path) -> Iterator[Servers]:
    """Started, and stopped in the end, with topics and tables."""
    settings = isolated(home, PlatformSettings())
    platform = LocalPlatform(settings)
    platform.start(lambda _: None)
    try:
        creation.create(KafkaSettings(bootstrap_servers=platform.bootstrap_servers, partitions=2))
        port = int(platform.environment["TILTYARD_CASSANDRA_PORT"])
        schema.apply(CassandraSettings(port=port), encoder=encoding.name_of(ENCODER), dimensions=ENCODER.dimensions)
        yield Servers(settings, platform)
    finally:
        platform.stop()


@dataclass
class Heard:
    """A sink that keeps evidence where a test can wait for it."""

    by_question: dict[str, EvidenceFound] = field(default_factory=dict)
    waiting: list[EvidenceFound] = field(default_factory=list)
    came: threading.Condition = field(default_factory=threading.Condition)

    def write(self, effect: Effect[EvidenceFound]) -> None:
        self.waiting.append(effect.outcome)

    def flush(self) -> None:
        with self.came:
            self.by_question |= {evidence.question.question_id: evidence for evidence in self.waiting}
            self.waiting = []
            self.came.notify_all()

    def wait(self, question_ids: Sequence[str], within_s: float) -> bool:
        with self.came:
            return self.came.wait_for(lambda: set(question_ids) <= self.by_question.keys(), within_s)


class Running:
    """A runner in a thread of its own; `end` raises what ended it before."""

    def __init__(self, runner: Runner[Any], stopping: threading.Event) -> None:
        self._runner = runner
        self._stopping = stopping
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name=runner.service, daemon=True)
        self._thread.start()

    @property
    def runs(self) -> bool:
        return self._thread.is_alive()

    def end(self) -> None:
        self._stopping.set()
        self._thread.join(WITHIN_S)
        assert not self.runs, "it does not end"
        if self._error is not None:
            raise self._error

    def _run(self) -> None:
        try:
            self._runner.run(self._stopping)
        except BaseException as error:  # told by `end`
            self._error = error
        finally:
            self._runner.source.close()


class Live:
    """Ingest, embedder and retriever at work. `folder` is the retriever's snapshot."""

    def __init__(self, servers: Servers, timeout_s: float = 10.0) -> None:
        environment = servers.environment
        self.kafka = KafkaSettings(bootstrap_servers=servers.platform.bootstrap_servers, partitions=2)
        self.cassandra = CassandraSettings(port=int(environment["TILTYARD_CASSANDRA_PORT"]), timeout_s=timeout_s)
        self.store: Store = connect(self.cassandra)
        self.encoder = encoding.build(ENCODER)
        self.chunks = CassandraChunks(self.store, self.encoder.name)
        self.folder = servers.settings.home / "snapshot"
        self.heard = Heard()
        self.questions = Delivery(self.kafka, "questions")
        self.publisher = Publisher(self.kafka, "live", CassandraDispositions(self.store))
        make: Sequence[Callable[[Readiness], Runner[Any]]] = (ingest, embedder)
        self.services = [Running(build(Readiness("live")), threading.Event()) for build in make]
        self.retriever = self.start_retriever()

    def start_retriever(
        self,
        settings: RetrieverSettings = WIDE,
        keep: Retention = Retention(),  # noqa: B008 (a value)
    ) -> Running:
        """Complete when it is returned; consuming a moment later."""
        stopping = threading.Event()
        handle, view = retriever(
            settings,
            encode=self.encoder.encode,
            encoder=self.encoder.name,
            chunks=self.chunks,
            announcements=KafkaTail(self.kafka, topology.INDEXED.name),
            folder=self.folder,
            keep=keep,
        )
        view.catch_up()
        view.follow(stopping)
        self.index_size = view.size
        runner = Runner(
            service="retriever",
            source=KafkaSource(self.kafka, [topology.QUESTIONS], "retriever", lost=unheard),
            handle=RetrieveByContest.alone(handle),
            sinks=[self.heard],
            dead_letters=KafkaDeadLetters(self.questions, "retriever"),
        )
        return Running(runner, stopping)

    def stop_retriever(self) -> None:
        """End it and let go of its snapshot."""
        self.retriever.end()
        del self.retriever
        for thread in threading.enumerate():
            if thread.name == "view":
                thread.join(WITHIN_S)

    def restart_retriever(self, **options: Any) -> int:
        """Returns how many chunks its index holds."""
        self.stop_retriever()
        self.retriever = self.start_retriever(**options)
        return self.index_size

    def publish(self, *documents: DocumentPublished) -> None:
        """Without waiting; what follows is under way at once."""
        self.publisher.publish(topology.DOCUMENTS, documents)

    def wait(self) -> list[Settled]:
        """Until everything published is findable, dropped or dead."""
        return self.publisher.wait(WITHIN_S)

    def ask(self, *questions: Question, within_s: float = WITHIN_S) -> list[EvidenceFound]:
        """Their evidence, in their order."""
        self.send(*questions)
        names = [question.question_id for question in questions]
        assert self.heard.wait(names, within_s), f"no evidence for {set(names) - self.heard.by_question.keys()}"
        return [self.heard.by_question[name] for name in names]

    def send(self, *questions: Question) -> None:
        for question in questions:
            key = question.question_id.encode()
            self.questions.send(topology.QUESTIONS.name, key, question.model_dump_json().encode(), {})
        self.questions.flush()

    def stored(self, document_ids: Sequence[str]) -> Mapping[str, int]:
        """The revision that stands in the store of each live document."""
        there = self.chunks.of_documents(document_ids)
        return {name: passages[0].revision for name, passages in there.items() if passages}

    def close(self) -> None:
        for service in (self.retriever, *self.services):
            service.end()
        self.publisher.close()
        self.store.close()
