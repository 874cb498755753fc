"""News that is stored on three nodes, and two ways of asking one of them: by its vectors alone, and by a retriever."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from zlib import crc32

import numpy as np

from bench.cluster.store_nodes import StoreNodes, address
from services.retriever.assembly import Assembly
from services.retriever.recipes import RetrieveByContest
from services.retriever.settings import RetrieverSettings
from shared import topology
from shared.cassandra import schema
from shared.cassandra.chunks import CassandraChunks
from shared.cassandra.client import SEARCH, Statement, Store, connect
from shared.memory.broker import MemoryBroker, MemoryTail
from shared.messages import Chunk, DocumentChunked, Question
from shared.records import Effect, Position, RawRecord, Record
from shared.scope import Scope
from shared.stored import StoredRevision, Vector

ENCODER, DIMENSIONS, TOP = "random", 384, 5
CAUSE = RawRecord(Position("", 0, 0), None, None, datetime.now(UTC))


def encode(texts: Sequence[str]) -> Vector:
    """For each text a direction of its own: what is asked in the words of a text has that text's chunk first."""
    drawn = [np.random.default_rng(crc32(text.encode())).normal(size=DIMENSIONS) for text in texts]
    return np.array([one / np.linalg.norm(one) for one in drawn], dtype=np.float32).reshape(-1, DIMENSIONS)


def a_story(name: str, revision: int = 1, *, retracted: bool = False) -> StoredRevision:
    """A document of one chunk, whose text says which revision it is."""
    now = datetime.now(UTC)
    chunks = () if retracted else (Chunk(position=0, text=text_of(name, revision)),)
    chunked = DocumentChunked(
        document_id=name, revision=revision, retracted=retracted, title=name, source="bench", content_hash=name,
        published_at=now, first_seen_at=now, appended_at=now, ingested_at=now, chunks=chunks,
    )  # fmt: skip
    return StoredRevision(chunked, encode([chunk.text for chunk in chunks]), now)


def text_of(name: str, revision: int = 1) -> str:
    """What is stored of a revision, and asked for."""
    return f"{name} in revision {revision}"


class AskingNode(Store):
    """A store of which every vector search goes to one node; all else goes where it goes."""

    def __init__(self, store: Store, asked: int) -> None:
        super().__init__(store.session, store.session.cluster, store.keyspace, store.datacenter)
        self._asked = address(asked)

    def searches(self, statements: Sequence[Statement]) -> list[list[object]]:
        hosts = self.session.cluster.metadata.all_hosts()
        host = next(host for host in hosts if host.address == self._asked)
        return [
            list(self.session.execute(self._prepare(cql), values, execution_profile=SEARCH, host=host))
            for cql, values in statements
        ]


@dataclass(frozen=True)
class Whole:
    """What a retriever gave for a question: the revision that it found, and how long that took."""

    revision: int
    stale: bool
    ms: float


class Newsroom:
    """Stores as embedder does, announces, and asks node `asked`. The retriever searches by vectors alone."""

    def __init__(self, nodes: StoreNodes, keyspace: str, asked: int) -> None:
        settings = nodes.settings(keyspace)
        schema.apply(settings, encoder=ENCODER, dimensions=DIMENSIONS)
        self.store = connect(settings)
        self._sink = CassandraChunks(self.store, ENCODER)
        self._chunks = CassandraChunks(AskingNode(self.store, asked), ENCODER)
        self._broker = MemoryBroker()
        self._assembly = self._assembled()
        self._handle = RetrieveByContest.alone(self._assembly.usual)

    def write(self, *stories: StoredRevision) -> None:
        """At LOCAL_QUORUM, one after another: two of three nodes have each when this returns."""
        for story in stories:
            self._sink.write(Effect(story, CAUSE))
            self._sink.flush()

    def announce(self, *names: str) -> None:
        """Tell the retriever."""
        for name in names:
            self._broker.append(topology.INDEXED.name, name.encode(), b"")

    def follow(self) -> None:
        """Let the retriever take in what was announced."""
        while self._assembly.view.turn(0.0):
            pass

    def by_vectors(self, name: str, revision: int = 1) -> bool:
        """Whether the node that is asked finds a revision by its vector."""
        nearest = self._chunks.nearest(encode([text_of(name, revision)])[0], limit=TOP, scope=Scope())
        return (name, revision) in {(candidate.document_id, candidate.revision) for candidate in nearest}

    def by_retriever(self, name: str, revision: int = 1) -> Whole:
        """What a question in the words of a revision finds of its document; revision 0 is nothing."""
        started = time.perf_counter()
        question = Question(question_id=name, text=text_of(name, revision))
        asked = Record(question, RawRecord(Position("", 0, 0), b"", b"", datetime.now(UTC)))
        (done,) = self._handle([asked])
        found = [item.revision for item in done.outcome.items if item.document_id == name]
        return Whole(max(found, default=0), done.outcome.stale, (time.perf_counter() - started) * 1000)

    @property
    def unsettled(self) -> int:
        """How many documents the retriever does not know to be on every node."""
        return self._assembly.copies.waiting

    def settles(self) -> bool:
        """Whether the retriever knows of all that was announced to it that every node has it."""
        self.follow()
        return self.unsettled == 0

    def answers(self) -> bool:
        """Whether the node that is asked answers."""
        try:
            self.by_vectors("nothing")
        except Exception:  # whatever the driver says of a node that it does not know to be there again
            return False
        return True

    def close(self) -> None:
        self.store.close()

    def _assembled(self) -> Assembly:
        """A retriever that searches by vectors alone: words would find what the node does not."""
        return Assembly(
            RetrieverSettings(search="dense", rankers="unchanged", top_k=TOP, snapshot=False),
            encode=encode,
            encoder=ENCODER,
            chunks=self._chunks,
            copied=self._chunks,
            announcements=lambda: MemoryTail(self._broker, topology.INDEXED.name),
        )
