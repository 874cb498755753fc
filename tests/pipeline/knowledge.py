"""Ingest, embedder and retriever in memory, moved one batch at a time in any order, and broken on purpose."""

import shutil
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from services.ingest.settings import IngestSettings
from services.retriever.ports import Announcements
from services.retriever.settings import RetrieverSettings
from shared import topology
from shared.contests.view import Contests
from shared.memory.broker import MemoryTail
from shared.memory.chunks import MemoryChunks
from shared.messages import DocumentIndexed, EvidenceFound, Question
from shared.records import RawRecord
from shared.runner import Runner
from shared.scope import Scope
from shared.stored import Candidate, ChunkKey, Passage, Vector
from tests.knowledge_model import Moment
from tests.pipeline.conftest import TAKING, Pipeline

STATED = TAKING.model_copy(update={"language": "stated"})  # what a model of the documents can tell by their fields
RETRIEVER = RetrieverSettings(top_k=100, budget_words=100_000, index_memory_mib=16, wait_s=0.02)
SPARSE = {"weighted": "bm25", "rrf": "bm25", "bm25": "bm25", "tfidf": "tfidf", "dense": ""}


class MovingChunks(MemoryChunks):
    """A store that moves while a question is answered: around the dense search, and before what was found is read."""

    def __init__(self) -> None:
        super().__init__()
        self.moves: list[Callable[[], object]] = []
        self.reads = 0

    def nearest(self, vector: Vector, *, limit: int, scope: Scope) -> Sequence[Candidate]:
        self._move()
        candidates = super().nearest(vector, limit=limit, scope=scope)
        self._move()
        return candidates

    def read(self, places: Sequence[ChunkKey]) -> Mapping[ChunkKey, Passage]:
        self._move()
        self.reads += 1
        return super().read(places)

    def _move(self) -> None:
        if self.moves:
            self.moves.pop(0)()


class HeldTail(MemoryTail):
    """Announcements that do not come through while `held`."""

    held = False

    def poll(self, limit: int, wait_s: float) -> Sequence[RawRecord]:
        return [] if self.held else super().poll(limit, wait_s)


class BrokenSink:
    """Where a process dies."""

    def write(self, effect: Any) -> None: ...
    def flush(self) -> None:
        raise ConnectionError("killed")


@dataclass
class Knowledge(Pipeline):
    """The three services that keep knowledge; `search` may change when the retriever is started again."""

    chunks: MovingChunks = field(default_factory=MovingChunks)
    taking: IngestSettings = STATED
    search: str = "weighted"

    def restart(self) -> None:
        self.contests = Contests(MemoryTail(self.broker, topology.CONTESTS.name)).look
        self.services = {"ingest": self._ingest(), "embedder": self._embedder(), "retriever": self._retriever()}

    def restart_one(self, name: str, meanwhile: Callable[[], object] = lambda: None) -> None:
        """End a process without a word and start it again; what it held in memory is gone."""
        del self.services[name]  # and with the retriever its snapshot's lock
        meanwhile()
        make: dict[str, Callable[[], Runner[Any]]]
        make = {"ingest": self._ingest, "embedder": self._embedder, "retriever": self._retriever}
        self.services[name] = make[name]()

    def step(self, name: str, limit: int = 64) -> int:
        self.services[name].limit = limit
        return self.services[name].run_once()

    def run(self) -> None:
        while sum(self.step(name) for name in self.services):
            pass

    def die(self, name: str, after: int) -> None:
        """Let a process die in mid-batch, after so many of its sinks were flushed and before it commits."""
        runner = self.services[name]
        runner.sinks = [*runner.sinks[:after], BrokenSink()]
        with suppress(ConnectionError):
            runner.run_once()
        self.restart_one(name)

    def redeliver(self, name: str) -> None:
        """Everything is delivered once more from the start, as where a group's offsets were lost."""
        for key in list(self.broker.committed):
            if key[0] == name:
                self.broker.committed[key] = 0
        self.restart_one(name)

    def announced(self) -> dict[str, int]:
        """The newest revision announced of each document."""
        newest: dict[str, int] = {}
        for record in self.broker.records(topology.INDEXED.name):
            announcement = DocumentIndexed.model_validate_json(record.value or b"")
            newest[announcement.document_id] = max(announcement.revision, newest.get(announcement.document_id, 0))
        return newest

    def stored(self) -> dict[str, int]:
        """The revision that stands in the store of each document."""
        known = {(record.key or b"").decode() for record in self.broker.records(topology.DOCUMENTS.name)}
        there = self.chunks.of_documents(sorted(known))
        return {name: passages[0].revision for name, passages in there.items() if passages}

    def ask(self, questions: Sequence[Question], meanwhile: Sequence[Callable[[], object]] = ()) -> Moment:
        """Publish questions and answer them, while the store moves."""
        announced, before = self.announced(), self.stored()
        self.broker.publish(topology.QUESTIONS, *questions)
        self.chunks.moves, self.chunks.reads = list(meanwhile), 0
        while self.step("retriever"):
            pass
        self.chunks.moves = []
        return Moment(announced, before, self.stored())

    def evidence(self) -> dict[str, EvidenceFound]:
        """The newest evidence for each question."""
        records = self.broker.records(topology.EVIDENCE.name)
        messages = [EvidenceFound.model_validate_json(record.value or b"") for record in records]
        return {evidence.question.question_id: evidence for evidence in messages}

    @property
    def cut_off(self) -> bool:
        """Whether the search has a view that cannot catch up with what is announced."""
        return bool(self.sparse) and self.tail.held and self.tail.offsets() != self.tail.ends()

    @property
    def sparse(self) -> str:
        """Name of the sparse list of the search in use."""
        return SPARSE[self.search]

    @property
    def dense(self) -> bool:
        return self.search not in {"bm25", "tfidf"}

    def _retriever(self) -> Runner[Any]:
        self.retrieval = RETRIEVER.model_copy(update={"search": self.search})
        return super()._retriever()

    def _announcements(self) -> Announcements:
        self.tail = HeldTail(self.broker, topology.INDEXED.name)
        return self.tail


def damage(folder: Path, chosen: int) -> None:
    """Cut one file of a snapshot short, or overwrite the middle of it."""
    files = sorted(file for file in folder.rglob("*") if file.is_file() and file.stat().st_size > 0)
    if files:
        file = files[chosen % len(files)]
        whole = file.read_bytes()
        half = len(whole) // 2
        file.unlink()  # whoever has it mapped keeps what was there
        file.write_bytes(whole[:half] if chosen % 2 else b"\x5a" * half + whole[half:])


def copy(folder: Path, to: Path) -> None:
    """A snapshot as it lies there now, the writer still at work."""
    shutil.rmtree(to, ignore_errors=True)
    if folder.exists():
        shutil.copytree(folder, to)
