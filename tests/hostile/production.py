"""Everything that reads topics, assembled as it ships over one broker and strict stores in memory, and watched."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zlib import crc32

from services.generator.tuning.data import supplied
from services.ingest import assembly as ingest
from services.ingest.settings import IngestSettings
from services.judge import assembly as judge
from services.judge.backends.oracle import Oracle
from services.judge.settings import JudgeSettings
from services.scorer import assembly as scorer
from services.scorer.memory import GROUP
from services.scorer.processor import JoinProcessor
from services.scorer.reading import JOINED
from services.scorer.settings import ScorerSettings
from services.scorer.standings_aggregator import StandingsAggregator
from services.scorer.table import TableJoins
from services.tuner import assembly as tuner
from services.tuner.news import News
from services.tuner.settings import TunerSettings
from services.web.live.shares import shares
from services.web.live.sheets import Sheets
from shared import topology
from shared.contests.view import Contests
from shared.jobs.tuning import AdapterReport
from shared.memory.broker import MemorySource, MemoryTail
from shared.memory.view import MemoryView
from shared.messages import EncodersAnnounced, TuningDecided
from shared.records import RawRecord
from shared.retention import Retention
from shared.runner import Runner
from shared.settings import EncoderSettings
from tests import adapters
from tests.builders import NOON, a_chunked_document
from tests.hostile.stores import JsonResults, StrictChunks, StrictDispositions, StrictDocuments
from tests.hostile.watched import WatchedBroker, WatchedChangelog
from tests.hostile.watching import Watcher
from tests.pipeline.conftest import ENCODER, Clock, Pipeline

TAKING = IngestSettings()
TOKENS = EncoderSettings()
"""Chunks are cut for the embedded encoder; what they mean is hashed, since that takes no time."""
PARTITIONS = 2
AT_ONCE = 64
A_DAY = timedelta(days=1, seconds=1)


class Scorer:
    """The scorer's turns over one broker, its joins in a changelog."""

    def __init__(self, broker: WatchedBroker, processor: JoinProcessor, watcher: Watcher) -> None:
        self.changelog = WatchedChangelog(watcher.fates)
        self._joins, self._processor, self._watcher = TableJoins(self.changelog), processor, watcher
        self._source = MemorySource(broker, JOINED, GROUP)

    def get(self, question_id: str, /) -> Any:
        """The processor's view of the joins."""
        return self._joins.get(question_id)

    def run_once(self, now: datetime) -> int:
        """Take a batch, then what is past its deadline."""
        records = self._source.poll(AT_ONCE, 0.0)
        if records:
            self._joins.keep(self._watcher.clocks.timed("scorer", lambda: self._processor.take(records, now)))
            self._source.commit(records)
        while changes := self._processor.expire(now, range(PARTITIONS)):
            self._joins.keep(changes)
        return len(records)


@dataclass
class Production(Pipeline):
    """The pipeline with judge, standings and tuner; `home` holds what a scorer keeps on disk."""

    watcher: Watcher = field(kw_only=True)
    home: Path = field(kw_only=True)
    clock: Clock = field(default_factory=lambda: Clock(NOON))
    taking: IngestSettings = TAKING
    broker: WatchedBroker = field(init=False)

    def __post_init__(self) -> None:
        fates = self.fates = self.watcher.fates
        self.broker = WatchedBroker(fates, partitions=PARTITIONS, now=self.clock)
        self.dispositions, self.documents = StrictDispositions(fates), StrictDocuments(fates)
        self.results, self.tables = JsonResults(fates), dict[str, StrictChunks]()
        self.restart()
        self.broker.publish(topology.CHUNKS, a_chunked_document(document_id="known"))
        self.run()

    def restart(self) -> None:
        self.contests = Contests(MemoryTail(self.broker, topology.CONTESTS.name)).look
        self.encoders: MemoryView[EncodersAnnounced] = MemoryView(self.broker, topology.ENCODERS)
        self.announced = MemoryView(self.broker, topology.ADAPTERS)
        self.standings = MemoryView(self.broker, topology.STANDINGS)
        self.actions = MemoryView(self.broker, topology.ACTIONS)
        self.losses = MemoryView(self.broker, topology.LOSSES)
        self.adapters = self.announced.values
        runners = [self._ingest(), self._embedder(), self._retriever(), *self._workers(), self._judge()]
        self.runners = [self.watcher.watch(runner) for runner in runners]
        self.turns = self._scorer()
        self.aggregator = StandingsAggregator(self.home)
        self._results, self._news = MemoryTail(self.broker, topology.RESULTS.name), News()
        self._indexed = MemoryTail(self.broker, topology.INDEXED.name)
        self._reviewed = [MemoryTail(self.broker, topic.name) for topic in (topology.REVIEW_ITEMS, topology.REVIEWS)]
        self.sheets = Sheets(shares(1_024))

    def run(self) -> None:
        """Until nothing is left to do."""
        timed = self.watcher.clocks.timed
        self.announced.refresh()
        while sum(runner.run_once() for runner in self.runners) + self.turns.run_once(self.clock()):
            pass
        timed("standings", self._count)
        timed("tuner", self._look)
        timed("web", self._show)
        self.pairs = timed("pairs", lambda: supplied.standing(self.broker.records(topology.PAIRS.name))).pairs

    def settle(self) -> None:
        """A day passes: what is past its deadline gets its result, and the joins must be there for another scorer."""
        self.clock.time += A_DAY
        self.run()
        self.turns.changelog.check()

    def close(self) -> None:
        """End what runs beside this process."""
        self.aggregator.close()
        for cleaner in self._cleaners:
            cleaner.close()

    def _count(self) -> None:
        while records := self._results.poll(1_000, 0.0):
            for record in records:
                self.aggregator.take(record)
        for standing in self.aggregator.changed():
            self.broker.publish(topology.STANDINGS, standing)

    def _show(self) -> None:
        for tail in self._reviewed:
            while records := tail.poll(1_000, 0.0):
                for record in records:
                    self.sheets.take(record)

    def _look(self) -> None:
        while records := self._indexed.poll(1_000, 0.0):
            self._news.take(records)
        self.decided = MemoryView(self.broker, topology.TUNINGS).refresh()
        ports = tuner.Ports(
            adapters=self.announced.refresh,
            standings=self.standings.refresh,
            decided=self.decided,
            not_learned=self._news.not_learned_by,
            publish=self._decided,
            train=lambda: AdapterReport.of(adapters.announced("news", hours=1)),
            now=self.clock,
        )
        made = tuner.assemble(ports, TunerSettings())
        made.recover()
        made.look()

    def _decided(self, event: TuningDecided) -> None:
        self.broker.publish(topology.TUNINGS, event)

    def _ingest(self) -> Runner[Any]:
        stores = ingest.Stores(self.dispositions, self.documents, self.signatures, Retention(now=self.clock))
        runner = ingest.assemble(self._bus("ingest"), stores, self.taking, encoder=TOKENS)
        self._cleaners = [clean for clean in getattr(runner.handle, "cleaners", {}).values() if hasattr(clean, "close")]
        return runner

    def _encoders(self) -> dict[str, EncodersAnnounced]:
        return self.encoders.refresh()

    def _table(self, encoder: str) -> StrictChunks:
        """One for each encoder, as in the store."""
        return self.tables.setdefault(encoder, StrictChunks(self.fates))

    def _judge(self) -> Runner[Any]:
        return judge.assemble(self._bus("judge"), Oracle(), JudgeSettings(backend="oracle"))

    def _scorer(self) -> Scorer:
        ports = scorer.Ports(self._bus(GROUP), _Joins(self), self.results, self.contests, self._place)
        processor = scorer.assemble(ports, ScorerSettings(), encoder=ENCODER)
        processor.adopt(())
        return Scorer(self.broker, processor, self.watcher)

    def _place(self, question_id: str, raw: RawRecord) -> int:
        """As with murmur2 by the question's id; whatever gets here was read."""
        self.fates.add(GROUP, raw.position, "joined")
        return crc32(question_id.encode()) % PARTITIONS


class _Joins:
    """The joins of a scorer that is made after its processor."""

    def __init__(self, production: Production) -> None:
        self._production = production

    def get(self, question_id: str, /) -> Any:
        return self._production.turns.get(question_id)


def readers(topic: topology.AnyTopic, runners: Sequence[Runner[Any]]) -> list[str]:
    """The services that give each record of a topic a fate."""
    names = [runner.service for runner in runners if topic in runner.source.topics]
    return [*names, GROUP] if topic in JOINED else names
