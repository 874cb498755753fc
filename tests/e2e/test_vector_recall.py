"""The vector index against exact search on real vectors, across deletions, flush and compaction."""

import random
import re
from collections.abc import Callable, Sequence
from datetime import timedelta

import numpy as np
import numpy.typing as npt
import pytest

from services.console.demo import newswire
from shared import encoding
from shared.cassandra import schema
from shared.cassandra.chunks import CassandraChunks
from shared.cassandra.client import connect
from shared.messages import Chunk
from shared.records import Effect
from shared.scope import Scope
from shared.settings import CassandraSettings, EncoderSettings
from shared.stored import StoredRevision, Vector
from tests.builders import NOON, a_chunked_document, a_raw_record
from tests.e2e.live import Servers

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]
TEXTS, QUESTIONS, LEAST = 1_000, 50, 0.98


def short_texts() -> list[str]:
    """The sample newswire's sentences, and pairs of them: so many that an index has something to leave out."""
    wire = newswire.load(newswire.SAMPLE)
    stories = [document.text for document in (*wire.edition1, *wire.edition2)]
    single = sorted(
        {sentence for text in stories for sentence in re.split(r"(?<=[.!?])\s+", text) if len(sentence.split()) > 4}
    )
    chosen = random.Random(7)  # noqa: S311 (a test, and the same every time)
    pairs = {" ".join(chosen.sample(single, 2)) for _ in range(2 * TEXTS)}
    return [*single, *sorted(pairs)][:TEXTS]


class Corpus:
    """Documents of one chunk each, as they should be found: what is deleted here is deleted there."""

    def __init__(self, chunks: CassandraChunks, vectors: Vector) -> None:
        self._chunks = chunks
        self.vectors = vectors
        self.live = np.ones(len(vectors), dtype=bool)
        self._put(range(len(vectors)), revision=1)

    def delete(self, share: float, seed: int) -> None:
        """Of the documents that are left."""
        gone = np.random.default_rng(seed).permutation(np.flatnonzero(self.live))[: int(share * self.live.sum())]
        self.live[gone] = False
        self._put(gone.tolist(), revision=2)

    def recall(self, asked: Vector, scope: Scope, admitted: npt.NDArray[np.bool_]) -> float:
        """Share of the ten nearest by exact cosine that a search for a hundred has among its ten first."""
        there = np.flatnonzero(self.live & admitted)
        exact = there[np.argsort(-(asked @ self.vectors[there].T), axis=1)[:, :10]]
        hits = 0
        for vector, nearest in zip(asked, exact, strict=True):
            candidates = self._chunks.nearest(vector, limit=100, scope=scope)
            assert len(candidates) == min(100, len(there)), "fewer than there are"
            assert all(self.live[int(candidate.document_id[1:])] for candidate in candidates), "a deleted document"
            hits += len({f"d{number}" for number in nearest} & {candidate.document_id for candidate in candidates[:10]})
        return hits / exact.size

    def _put(self, numbers: Sequence[int], revision: int) -> None:
        for number in numbers:
            kept = (Chunk(position=0, text=f"text {number}"),) if self.live[number] else ()
            seen = NOON + timedelta(minutes=number)
            made = a_chunked_document(document_id=f"d{number}", revision=revision, chunks=kept, first_seen_at=seen)
            vectors = self.vectors[[number] if kept else []]
            self._chunks.write(Effect(StoredRevision(made, vectors, NOON), a_raw_record(b"")))
        self._chunks.flush()


def test_ten_nearest_are_found_also_after_deletions_flush_and_compaction(own: Servers) -> None:
    encoder = encoding.build(EncoderSettings())
    settings = CassandraSettings(port=int(own.platform.environment["TILTYARD_CASSANDRA_PORT"]), keyspace="recall")
    schema.apply(settings, encoder=encoder.name, dimensions=encoder.dimensions)
    store = connect(settings)
    texts = short_texts()
    questions = [question.text for question in newswire.load(newswire.SAMPLE).questions][:QUESTIONS]
    asked, everything = encoder.encode(questions), np.ones(len(texts), dtype=bool)
    half = Scope(as_of=NOON + timedelta(minutes=len(texts) // 2))
    corpus = Corpus(CassandraChunks(store, encoder.name), encoder.encode(texts))
    stages: dict[str, Callable[[], None]] = {
        "stored": lambda: None,
        "30 % deleted": lambda: corpus.delete(0.3, seed=1),
        "flushed": lambda: own.nodetool("flush", settings.keyspace),
        "30 % deleted after the flush": lambda: corpus.delete(0.3, seed=2),
        "flushed again": lambda: own.nodetool("flush", settings.keyspace),
        "compacted": lambda: own.nodetool("compact", settings.keyspace),
    }

    recalls: dict[str, tuple[float, float]] = {}
    for stage, happens in stages.items():
        happens()
        early = np.arange(len(texts)) <= len(texts) // 2
        recalls[stage] = corpus.recall(asked, Scope(), everything), corpus.recall(asked, half, early)
    store.close()

    print(recalls)  # noqa: T201 (shown where it fails, and with -s)
    assert min(min(pair) for pair in recalls.values()) >= LEAST, recalls
