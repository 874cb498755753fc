"""The whole pipeline in one process: every service as it is assembled to ship, over the in-memory broker and stores.

Hashing and echo are its models.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from services.embedder import assembly as embedder
from services.embedder.settings import EmbedderSettings
from services.generator import assembly as generator
from services.generator.backends import echo
from services.generator.newest_news import NewestNews
from services.generator.settings import GeneratorSettings
from services.ingest import assembly as ingest
from services.ingest.settings import IngestSettings
from services.retriever import assembly as retriever
from services.retriever.ports import Announcements
from services.retriever.settings import RetrieverSettings
from services.scorer import assembly as scorer
from services.scorer.memory import GROUP, JoinInMemory
from services.scorer.settings import ScorerSettings
from shared import topology
from shared.contests.calendar import CLOCKS_DIFFER
from shared.contests.view import Contests
from shared.memory.broker import MemoryBroker, MemoryTail
from shared.memory.bus import MemoryBus
from shared.memory.chunks import MemoryChunks
from shared.memory.dispositions import MemoryDispositions
from shared.memory.documents import MemoryDocuments
from shared.memory.results import MemoryResults
from shared.memory.signatures import MemorySignatures
from shared.messages import AdapterAnnounced, Contest, ContestAnnounced, EncodersAnnounced, Result
from shared.retention import Retention
from shared.runner import Runner
from shared.settings import EncoderSettings

ENCODER = EncoderSettings(variant="hashing", dimensions=256)
TAKING = IngestSettings(chunker="words", chunk_tokens=60)


@dataclass
class Clock:
    """The broker's clock: one millisecond passes with every look."""

    time: datetime = datetime(2025, 4, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.time += timedelta(milliseconds=1)
        return self.time


@dataclass
class Pipeline:
    """Every service over one broker. Services are made anew by `restart`, as processes would be.

    `folder` holds the retriever's snapshot; without one its indexes are in memory.
    """

    clock: Clock = field(default_factory=Clock)
    dispositions: MemoryDispositions = field(default_factory=MemoryDispositions)
    documents: MemoryDocuments = field(default_factory=MemoryDocuments)
    signatures: MemorySignatures = field(default_factory=MemorySignatures)
    chunks: MemoryChunks = field(default_factory=MemoryChunks)
    results: MemoryResults = field(default_factory=MemoryResults)
    adapters: dict[str, AdapterAnnounced] = field(default_factory=dict)
    joins: dict[str, Any] = field(default_factory=dict)
    adapters_folder: Path = Path()
    taking: IngestSettings = TAKING
    retrieval: RetrieverSettings = field(default_factory=RetrieverSettings)
    scoring: ScorerSettings = field(default_factory=ScorerSettings)
    folder: Path | None = None
    workers: dict[str, str] = field(default_factory=lambda: {"base": "", "tuned": ""})

    def __post_init__(self) -> None:
        self.broker = MemoryBroker(partitions=2, now=self.clock)
        self.restart()

    def announce(self, contest: Contest) -> None:
        """Questions belong to this contest once the clocks of brokers cannot differ about it any more."""
        said = ContestAnnounced(announcement_id=str(self.clock()), contest=contest, announced_at=self.clock())
        self.broker.publish(topology.CONTESTS, said)
        self.clock.time += CLOCKS_DIFFER

    def restart(self) -> None:
        self.contests = Contests(MemoryTail(self.broker, topology.CONTESTS.name)).look
        self.runners = [self._ingest(), self._embedder(), self._retriever(), *self._workers()]
        ports = scorer.Ports(self._bus(GROUP), self.joins, self.results, self.contests)
        processor = scorer.assemble(ports, self.scoring, encoder=ENCODER)
        self.scorer = JoinInMemory(self.broker, processor, self.joins)

    def run(self) -> None:
        """Until nothing is left to do."""
        while sum(runner.run_once() for runner in self.runners) + self.scorer.run_once(self.clock()):
            pass

    def published(self) -> dict[str, Result]:
        results = (Result.model_validate_json(r.value or b"") for r in self.broker.records(topology.RESULTS.name))
        return {result.question.question_id: result for result in results}

    def _bus(self, name: str) -> MemoryBus:
        return MemoryBus(self.broker, name)

    def _ingest(self) -> Runner[Any]:
        stores = ingest.Stores(self.dispositions, self.documents, self.signatures, Retention(now=self.clock))
        return ingest.assemble(self._bus("ingest"), stores, self.taking, encoder=ENCODER)

    def _embedder(self) -> Runner[Any]:
        keep = Retention(now=self.clock)
        ports = embedder.Ports(self._bus("embedder"), self._encoders, table=self._table, keep=keep)
        return embedder.assemble(ports, EmbedderSettings(), encoder=ENCODER)

    def _retriever(self) -> Runner[Any]:
        ports = retriever.Ports(
            bus=self._bus("retriever"),
            encoders=self._encoders,
            chunks=self._table,
            announcements=self._announcements,
            contests=self.contests,
            folder=lambda _: self.folder,
            keep=Retention(now=self.clock),
            follows=False,
        )
        return retriever.assemble(ports, self.retrieval, encoder=ENCODER)

    def _encoders(self) -> dict[str, EncodersAnnounced]:
        """None is announced: the configured one serves."""
        return {}

    def _table(self, _: str) -> MemoryChunks:
        """One for every encoder, since there is one."""
        return self.chunks

    def _announcements(self) -> Announcements:
        return MemoryTail(self.broker, topology.INDEXED.name)

    def _workers(self) -> Iterator[Runner[Any]]:
        for worker, speakers in self.workers.items():
            settings = GeneratorSettings(
                worker=worker, speakers=speakers, backend="echo", evidence_words=200, max_new_tokens=200
            )
            ports = generator.Ports(
                bus=self._bus(generator.name_of(settings)),
                backend=echo.build(settings, Path()),
                adapters=lambda: self.adapters,
                contests=self.contests,
                now=self.clock,
                news=NewestNews(self._announcements, lambda: self.documents, Retention(now=self.clock)),
            )
            yield generator.assemble(ports, settings)


@pytest.fixture
def pipeline(tmp_path: Path) -> Pipeline:
    return Pipeline(adapters_folder=tmp_path)
