"""Retrieval in this process: ingest, embedder and retriever as they ship, over a broker and a store in memory.

What Kafka and Cassandra take comes on top, and is measured by `python -m bench.freshness`.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bench.contestants.ports import Cost, Edition
from services.embedder import assembly as embedder
from services.embedder.settings import EmbedderSettings
from services.generator.newest_news import NewestNews
from services.ingest import assembly as ingest
from services.ingest.settings import IngestSettings
from services.retriever import assembly as retriever
from services.retriever.recipes import RetrieveByContest
from services.retriever.settings import RetrieverSettings
from shared import encoding, topology
from shared.contests.calendar import Calendar
from shared.memory.broker import MemoryBroker, MemoryTail
from shared.memory.bus import MemoryBus
from shared.memory.chunks import MemoryChunks
from shared.memory.dispositions import MemoryDispositions
from shared.memory.documents import MemoryDocuments
from shared.memory.signatures import MemorySignatures
from shared.messages import Contest, DocumentPublished, EncodersAnnounced, EvidenceFound, Question
from shared.records import Position, RawRecord, Record
from shared.retention import Retention
from shared.runner import Runner
from shared.settings import EncoderSettings

AT_ONCE = 16


@dataclass
class Clock:
    """When it is in the news: a millisecond later at each look."""

    time: datetime

    def __call__(self) -> datetime:
        self.time += timedelta(milliseconds=1)
        return self.time


class Library:
    """A store of news with the searches of a contest; all contestants that read share one, as arms do."""

    def __init__(
        self, contest: Contest, encoder: EncoderSettings, since: datetime, taking: IngestSettings | None = None
    ) -> None:
        self.clock, self.contest = Clock(since), contest
        self.settings = settings_of(encoder, taking)
        self.documents = MemoryDocuments()
        self._broker = MemoryBroker(partitions=1, now=self.clock)
        self._chunks = MemoryChunks()
        self._taken: dict[int, Cost] = {}
        self._found: dict[str, dict[str, Record[EvidenceFound]]] = {}
        self._services = [self._ingest(taking or IngestSettings(), encoder), self._embedder(encoder)]
        loaded = encoding.build(encoder)
        self._assembly = retriever.Assembly(
            RetrieverSettings(snapshot=False),
            encode=loaded.encode,
            encoder=loaded.name,
            chunks=self._chunks,
            announcements=lambda: MemoryTail(self._broker, topology.INDEXED.name),
            keep=Retention(now=self.clock),
            recipes=contest.recipes_in_use(),
        )
        self.news = NewestNews(lambda: MemoryTail(self._broker, topology.INDEXED.name), lambda: self.documents)
        calendar = Calendar(before=contest)
        self._find = RetrieveByContest(self._assembly.usual, self._assembly.of, lambda: calendar)

    def take(self, edition: Edition) -> Cost:
        """Take up an edition, document by document; asked again, it says what that cost."""
        if edition.number not in self._taken:
            self._found.clear()
            seconds_of = {document.document_id: self._take(document) for document in edition.documents}
            self.clock.time = max(self.clock.time, edition.until)
            held = self._bytes([document.revision.document_id for document in edition.stored])
            self._taken[edition.number] = Cost(sum(seconds_of.values()), held_bytes=held, seconds_of=seconds_of)
        return self._taken[edition.number]

    def evidence(self, questions: Sequence[Question], recipe: str) -> list[Record[EvidenceFound]]:
        """What a recipe finds for each question. In an edition each is searched for once, for all recipes."""
        fresh = [self.asked(question) for question in questions if question.question_id not in self._found]
        for start in range(0, len(fresh), AT_ONCE):
            for found in self._find(fresh[start : start + AT_ONCE]):
                evidence = found.outcome
                of_question = self._found.setdefault(evidence.question.question_id, {})
                of_question[evidence.recipe] = Record(evidence, _at(topology.EVIDENCE.name, found.cause.appended_at))
        return [self._found[question.question_id][recipe] for question in questions]

    def asked(self, question: Question) -> Record[Question]:
        """A question that is asked now."""
        return Record(question, _at(topology.QUESTIONS.name, self.clock()))

    def _take(self, document: DocumentPublished) -> float:
        """Seconds until every search finds a document, or does not any more."""
        self.clock.time = max(self.clock.time, document.published_at or self.clock.time)
        started = time.perf_counter()
        self._broker.publish(topology.DOCUMENTS, document)
        while sum(service.run_once() for service in self._services):
            pass
        self._assembly.view.turn(0.0)
        return time.perf_counter() - started

    def _bytes(self, document_ids: Sequence[str]) -> int:
        """Of passages and vectors; the word index is not counted."""
        passages = [passage for of in self._chunks.of_documents(document_ids).values() for passage in of]
        vectors = self._chunks.vectors([passage.place for passage in passages])
        texts = sum(len(passage.text.encode()) for passage in passages)
        return texts + sum(int(vector.nbytes) for vector in vectors.values())

    def _ingest(self, taking: IngestSettings, encoder: EncoderSettings) -> Runner[Any]:
        keep = Retention(now=self.clock)
        stores = ingest.Stores(MemoryDispositions(), self.documents, MemorySignatures(), keep)
        return ingest.assemble(MemoryBus(self._broker, "ingest"), stores, taking, encoder=encoder)

    def _embedder(self, encoder: EncoderSettings) -> Runner[Any]:
        ports = embedder.Ports(
            MemoryBus(self._broker, "embedder"), _none_announced, lambda _: self._chunks, Retention(now=self.clock)
        )
        return embedder.assemble(ports, EmbedderSettings(), encoder=encoder)


def settings_of(encoder: EncoderSettings, taking: IngestSettings | None = None) -> list[Any]:
    """What decides which passages a library finds, as JSON values."""
    used = (taking or IngestSettings(), encoder, RetrieverSettings(snapshot=False))
    return [settings.model_dump(mode="json", exclude={"threads"}) for settings in used]


def _none_announced() -> dict[str, EncodersAnnounced]:
    return {}


def _at(topic: str, moment: datetime) -> RawRecord:
    """Where a record stands that no broker holds."""
    return RawRecord(Position(topic, 0, 0), None, None, moment)
