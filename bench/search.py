"""`python -m bench.search`: what a search costs as the corpus grows, on servers of its own.

Prints one JSON object: for each size the time of dense, sparse and hybrid search with reading again (the question is
encoded already), and the recall of the vector index against exact search. Vectors are synthetic but clustered like
real ones: a random unit centre for each of CLUSTERS topics, and noise that leaves a chunk at a cosine of about 0.7
to its topic. Texts are words of a Zipf distribution. A size is loaded as fast as the store takes it, which is far
faster than any encoder, and leaves the store many files to merge: with `loaded` it is searched at once, while they are
being merged, with `at_rest` once the store is done, `after_s` after the last row. `graphs` is how many vector
indexes on disk a search goes through at first. `--sizes 20000,200000` takes about 25 minutes.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import numpy as np

from services.console.demo.stage import build as build_stage
from services.retriever.assembly import retriever
from services.retriever.ports import SearchQuery
from services.retriever.settings import RetrieverSettings
from shared import topology
from shared.cassandra.chunks import CassandraChunks
from shared.cassandra.client import Store, connect
from shared.kafka.sink import Delivery, publish
from shared.kafka.tail import KafkaTail
from shared.lab.summary import percentiles
from shared.messages import Chunk, DocumentChunked, DocumentIndexed
from shared.records import Effect, Position, RawRecord
from shared.scope import Scope
from shared.settings import CassandraSettings, KafkaSettings
from shared.stored import StoredRevision, Vector

ENCODER, DIMENSIONS, CLUSTERS, CHUNKS_EACH, WORDS, VOCABULARY = "all-MiniLM-L6-v2", 384, 500, 10, 110, 30_000
QUESTIONS, WARM_UP, PORTION = 100, 300, 50
QUIET_S, AT_MOST_S = 10.0, 3600.0
NOON = datetime(2025, 3, 3, 12, tzinfo=UTC)
_CAUSE = RawRecord(Position("bench", 0, 0), None, None, NOON)


class Corpus:
    """Documents of CHUNKS_EACH chunks with their vectors, the same for the same number."""

    def __init__(self) -> None:
        self._random = np.random.default_rng(7)
        self._centres = _unit(self._random.standard_normal((CLUSTERS, DIMENSIONS)))
        self._made: list[Vector] = []

    @property
    def vectors(self) -> Vector:
        return np.concatenate(self._made)

    def grow(self, chunks: int) -> Iterator[StoredRevision]:
        """The documents that bring the corpus to this many chunks."""
        for number in range(len(self._made), chunks // CHUNKS_EACH):
            self._made.append(self._near(self._random.integers(0, CLUSTERS, 1).repeat(CHUNKS_EACH)))
            yield StoredRevision(self._document(number), self._made[-1], NOON)

    def question(self) -> SearchQuery:
        """Asks about one chunk: a vector near its own, and eight words."""
        about = self._made[self._random.integers(len(self._made))][0]
        noise = self._random.standard_normal(DIMENSIONS) * 0.5 / np.sqrt(DIMENSIONS)
        return SearchQuery(self._text(8), _unit((about + noise)[None, :])[0], NOON)

    def _near(self, topics: Any) -> Vector:
        noise = self._random.standard_normal((len(topics), DIMENSIONS)) / np.sqrt(DIMENSIONS)
        return _unit(self._centres[topics] + noise)

    def _text(self, words: int) -> str:
        return " ".join(f"word{rank}" for rank in np.minimum(self._random.zipf(1.3, words), VOCABULARY))

    def _document(self, number: int) -> DocumentChunked:
        chunks = tuple(Chunk(position=place, text=self._text(WORDS)) for place in range(CHUNKS_EACH))
        return DocumentChunked(
            document_id=f"bench-{number}",
            revision=1,
            title=f"Story {number}",
            source=f"source-{number % 20}",
            content_hash=str(number),
            published_at=NOON,
            first_seen_at=NOON,
            appended_at=NOON,
            ingested_at=NOON,
            chunks=chunks,
        )


def measure(sizes: list[int]) -> dict[str, Any]:
    """Every figure for every size, in one growing corpus."""
    stage = build_stage("bench-search")
    try:
        stage.start()
        store = connect(CassandraSettings())
        chunks = CassandraChunks(store, ENCODER)
        corpus, figures, before = Corpus(), {}, 0
        for size in sizes:
            started = time.monotonic()
            _fill(chunks, corpus.grow(size))
            rows_per_s = round((size - before) / (time.monotonic() - started))
            since = time.monotonic()
            loaded = {"graphs": _graphs(store)} | _searched(chunks, corpus)
            after_s = round(_at_rest(store) - since)
            at_rest = {"graphs": _graphs(store), "after_s": after_s} | _searched(chunks, corpus)
            figures[str(size)] = {"rows_per_s": rows_per_s, "loaded": loaded, "at_rest": at_rest}
            before = size
        return figures
    finally:
        stage.stop()


def _graphs(store: Store) -> int:
    """Vector indexes on disk; what lies in memory is one more."""
    rows = store.rows("SELECT index_name FROM system_views.sai_sstable_indexes")
    return sum(row.index_name.endswith("_embedding") for row in rows)


def _at_rest(store: Store) -> float:
    """Wait until the store has merged nothing for QUIET_S; when that began."""
    started = quiet_since = time.monotonic()
    while (now := time.monotonic()) < quiet_since + QUIET_S:
        if list(store.rows("SELECT keyspace_name FROM system_views.sstable_tasks")):
            quiet_since = now
        if now > started + AT_MOST_S:
            raise TimeoutError(f"the store still merges after {AT_MOST_S:g} s")
        time.sleep(1.0)
    return quiet_since


def _fill(chunks: CassandraChunks, documents: Iterator[StoredRevision]) -> None:
    """Store, then announce, as embedder does."""
    delivery = Delivery(KafkaSettings(), "bench")
    for number, stored in enumerate(documents, start=1):
        chunks.write(Effect(stored, _CAUSE))
        about = stored.chunked.model_dump(exclude={"chunks"})
        announced = DocumentIndexed(**about, chunk_count=CHUNKS_EACH, encoder=ENCODER, stored_at=NOON)
        publish(delivery, topology.INDEXED, announced)
        if number % PORTION == 0:
            chunks.flush()
    chunks.flush()
    delivery.flush()


def _searched(chunks: CassandraChunks, corpus: Corpus) -> dict[str, Any]:
    settings = RetrieverSettings()
    started = time.monotonic()
    handle, view = retriever(
        settings,
        encode=lambda texts: np.zeros((len(texts), DIMENSIONS), dtype=np.float32),
        encoder=ENCODER,
        chunks=chunks,
        announcements=KafkaTail(KafkaSettings(), topology.INDEXED.name),
    )
    view.catch_up()
    rebuild_s = round(time.monotonic() - started, 1)
    questions = [corpus.question() for _ in range(WARM_UP + QUESTIONS)]
    return {
        "view_rebuild_s": rebuild_s,
        "view_chunks": view.size,
        "dense_ms": _timed(questions, lambda query: chunks.nearest(query.vector, limit=settings.depth, scope=Scope())),
        "dense_sparse_fused_ms": _timed(
            questions, lambda query: handle.search(query, limit=settings.depth, scope=Scope())
        ),
        "ranked_and_read_ms": _timed(questions, lambda query: handle.picks([query], Scope())),
        "ann_recall_at_10": _recall(chunks, corpus, questions[WARM_UP:]),
    }


def _timed(questions: list[SearchQuery], search: Callable[[SearchQuery], object]) -> dict[str, float | None]:
    """Milliseconds, after a warm-up."""
    times = []
    for query in questions:
        started = time.perf_counter()
        search(query)
        times.append((time.perf_counter() - started) * 1000)
    return percentiles(times[WARM_UP:]).model_dump()


def _recall(chunks: CassandraChunks, corpus: Corpus, questions: list[SearchQuery]) -> float:
    """Share of the exact ten nearest that the index gives among its first ten."""
    vectors, recalls = corpus.vectors, []
    for query in questions:
        exact = {(f"bench-{at // CHUNKS_EACH}", at % CHUNKS_EACH) for at in np.argsort(-(vectors @ query.vector))[:10]}
        hits = chunks.nearest(query.vector, limit=10, scope=Scope())
        recalls.append(len(exact & {hit.place for hit in hits}) / 10)
    return round(float(np.mean(recalls)), 4)


def _unit(vectors: Any) -> Vector:
    unit: Vector = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    return unit


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="20000,200000")
    sizes = [int(size) for size in parser.parse_args().sizes.split(",")]
    sys.stdout.write(json.dumps(measure(sizes), indent=2) + "\n")
