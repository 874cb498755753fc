"""The whole pipeline in one process: real handlers, in-memory broker and store, hashing and echo as models."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from services.embedder.handler import embed, indexed
from services.generator.adapters import NewestAdapters
from services.generator.arms import Served
from services.generator.backends import echo
from services.generator.handler import answer
from services.generator.settings import GeneratorSettings
from services.ingest.__main__ import cleaners
from services.ingest.chunkers import words
from services.ingest.duplicates import Duplicates, retractions
from services.ingest.handler import Ingest
from services.ingest.settings import IngestSettings
from services.ingest.sinks import chunked, in_order
from services.retriever.assembly import Assembly
from services.retriever.recipes import RetrieveByContest
from services.retriever.settings import RetrieverSettings
from services.scorer.handler import score
from services.scorer.memory import JoinInMemory
from services.scorer.settings import METRICS
from shared import topology
from shared.contests.calendar import CLOCKS_DIFFER
from shared.contests.view import Contests
from shared.encoders import hashing
from shared.memory.broker import MemoryBroker, MemoryDeadLetters, MemorySink, MemorySource, MemoryTail
from shared.memory.chunks import MemoryChunks
from shared.memory.dispositions import MemoryDispositions
from shared.memory.documents import MemoryDocuments
from shared.memory.results import MemoryResults
from shared.memory.signatures import MemorySignatures
from shared.messages import AdapterAnnounced, Contest, ContestAnnounced, Result
from shared.retention import Retention
from shared.runner import Runner
from shared.scoring import catalogue
from shared.settings import EncoderSettings

ENCODER = hashing.build(EncoderSettings(variant="hashing", dimensions=256))


@dataclass
class Clock:
    """The broker's clock: one millisecond passes with every look."""

    time: datetime = datetime(2025, 4, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.time += timedelta(milliseconds=1)
        return self.time


@dataclass
class Pipeline:
    """Every service over one broker. Services are made anew by `restart`, as processes would be."""

    clock: Clock = field(default_factory=Clock)
    dispositions: MemoryDispositions = field(default_factory=MemoryDispositions)
    documents: MemoryDocuments = field(default_factory=MemoryDocuments)
    signatures: MemorySignatures = field(default_factory=MemorySignatures)
    chunks: MemoryChunks = field(default_factory=MemoryChunks)
    results: MemoryResults = field(default_factory=MemoryResults)
    adapters: dict[str, AdapterAnnounced] = field(default_factory=dict)
    joins: dict[str, Any] = field(default_factory=dict)
    adapters_folder: Path = Path()
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
        metrics = catalogue.load(
            [name for name in METRICS if name != "similarity"], EncoderSettings(variant="hashing", dimensions=256)
        )
        self.scorer = JoinInMemory(
            self.broker, partial(score, metrics=metrics), self.results, contests=self.contests, joins=self.joins
        )

    def run(self) -> None:
        """Until nothing is left to do."""
        while sum(runner.run_once() for runner in self.runners) + self.scorer.run_once(self.clock()):
            pass

    def published(self) -> dict[str, Result]:
        found = (Result.model_validate_json(r.value or b"") for r in self.broker.records(topology.RESULTS.name))
        return {result.question.question_id: result for result in found}

    def _runner(self, name: str, topics: list[Any], handle: Any, sinks: list[Any]) -> Runner[Any]:
        source = MemorySource(self.broker, topics, name)
        return Runner(name, source, handle, sinks, MemoryDeadLetters(self.broker, name))

    def _sink(self, topic: topology.AnyTopic, messages: Callable[[Any], Any]) -> MemorySink[Any]:
        return MemorySink(self.broker, topic, messages)

    def _ingest(self) -> Runner[Any]:
        settings = IngestSettings(chunker="words", chunk_tokens=60)
        handle = Ingest(
            settings,
            self.dispositions,
            self.documents,
            words.build(settings, EncoderSettings()),
            cleaners(),
            self.clock,
            duplicates=Duplicates.by(settings, self.signatures),
        )
        announce, retract = self._sink(topology.CHUNKS, chunked), self._sink(topology.DOCUMENTS, retractions)
        sinks = in_order(self.dispositions, announce, self.documents, self.signatures, retract)
        return self._runner("ingest", [topology.DOCUMENTS], handle, sinks)

    def _embedder(self) -> Runner[Any]:
        handle = partial(embed, encode=ENCODER.encode, now=self.clock)
        sinks = [self.chunks, self._sink(topology.INDEXED, partial(indexed, encoder=ENCODER.name, now=self.clock))]
        return self._runner("embedder", [topology.CHUNKS], handle, sinks)

    def _retriever(self) -> Runner[Any]:
        made = Assembly(
            RetrieverSettings(),
            encode=ENCODER.encode,
            encoder=ENCODER.name,
            chunks=self.chunks,
            announcements=lambda: MemoryTail(self.broker, topology.INDEXED.name),
            keep=Retention(now=self.clock),
            recipes=self.contests().at(self.clock()).recipes_in_use(),
        )
        made.view.catch_up()
        handle = RetrieveByContest(made.usual, made.of, self.contests)
        sinks = [self._sink(topology.EVIDENCE, lambda found: [found])]
        return self._runner("retriever", [topology.QUESTIONS], handle, sinks)

    def _workers(self) -> Iterator[Runner[Any]]:
        for worker, speakers in self.workers.items():
            settings = GeneratorSettings(worker=worker, speakers=speakers, backend="echo", evidence_words=200)
            backend = echo.build(settings, Path())
            newest = NewestAdapters(backend, lambda: self.adapters, settings)
            handle = partial(
                answer, served=Served.of(settings, self.contests), backend=newest.speaking, now=self.clock, longest=200
            )
            sinks = [self._sink(topology.ANSWERS, lambda made: [made])]
            yield self._runner(
                f"generator-{worker}", [topology.QUESTIONS, topology.EVIDENCE], newest.before(handle), sinks
            )


@pytest.fixture
def pipeline(tmp_path: Path) -> Pipeline:
    return Pipeline(adapters_folder=tmp_path)
