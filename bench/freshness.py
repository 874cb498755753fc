"""`python -m bench.freshness`: how long a document takes until a hybrid search returns it, on servers of its own.

Prints one JSON object. The clock starts before the produce call and stops when a search by words and by vector has
given the document, both lists holding it. `paced`: one document a second. `busy`: as many documents as can be taken in,
with at most IN_FLIGHT unfinished ones at a time, as a feed sends that waits for what it sent. Both begin once
the servers have seen WARM_UP documents: a young JVM takes two to three times as long. `floor`: the same parts in this
process, one after another, also one a second (`bench.bare`). `bulk`: all documents at once, articles of CHUNKS_EACH
chunks, against the encoder on as many chunks with nothing else running, ours and the library's own loop.
"""

import argparse
import json
import random
import re
import sys
import threading
import time
from collections import deque
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from math import ceil
from pathlib import Path
from statistics import median
from typing import Any

from bench import bare, bars
from services.console.demo import newswire
from services.console.demo.stage import build as build_stage
from services.retriever.assembly import retriever
from services.retriever.handler import Retrieve
from services.retriever.ports import SearchQuery
from services.retriever.settings import RetrieverSettings
from services.retriever.views import Views
from shared import encoding, topology
from shared.cassandra.chunks import CassandraChunks
from shared.cassandra.client import connect
from shared.encoding import Encoder
from shared.kafka.sink import Delivery, publish
from shared.kafka.tail import KafkaTail
from shared.kafka.topics import Follower
from shared.lab.freshness import journeys, stages
from shared.lab.summary import percentiles
from shared.messages import DocumentPublished
from shared.records import RawRecord
from shared.scope import Scope
from shared.settings import CassandraSettings, EncoderSettings, KafkaSettings

WARM_UP, IN_FLIGHT, CHUNKS_EACH, WITHIN_S = 100, 4, 8, 120.0
NEEDED = ("ingest", "embedder")


class Reader:
    """A retriever in this process, and the announcements as they come."""

    def __init__(self, encoder: Encoder) -> None:
        kafka = KafkaSettings()
        handle, view = retriever(
            RetrieverSettings(),
            encode=encoder.encode,
            encoder=encoder.name,
            chunks=CassandraChunks(connect(CassandraSettings()), encoder.name),
            announcements=KafkaTail(kafka, topology.INDEXED.name),
        )
        self._handle: Retrieve = handle
        self._view: Views = view
        view.catch_up()
        self._stopping = threading.Event()
        view.follow(self._stopping)
        self._announced = Follower(kafka, topology.INDEXED.name, from_end=True)
        self._announced.poll(1.0)
        self.records: list[RawRecord] = []

    def close(self) -> None:
        self._stopping.set()
        self._announced.close()

    def next_announced(self) -> str:
        """The document of the next announcement."""
        deadline = time.monotonic() + WITHIN_S
        while time.monotonic() < deadline:
            if record := self._announced.poll(0.5):
                self.records.append(record)
                return (record.key or b"").decode()
        raise TimeoutError(f"nothing announced within {WITHIN_S:g} s")

    def finds(self, query: SearchQuery, document_id: str) -> bool:
        """Whether both lists hold a document, as a question that is asked now would find."""
        self._view.reach(self._view.ends(), WITHIN_S)
        picks = self._handle.picks([query], Scope())
        return any(
            ranked.candidate.document_id == document_id and {"dense", "bm25"} <= set(ranked.found_by)
            for ranked, _ in picks
        )


def measure(documents: int, bulk: int) -> dict[str, Any]:
    """Every figure; about five minutes for 60 and 120."""
    settings = EncoderSettings()
    encoder = encoding.build(settings)
    texts = [_headed(number) for number in range(bulk * CHUNKS_EACH)]
    ours, library = bare.encoder_rate(encoder, texts), bare.library_rate(settings, texts)
    stage = build_stage("bench-freshness")
    try:
        stage.start()
        stage.services.start(NEEDED)
        reader, delivery = Reader(encoder), Delivery(KafkaSettings(), "bench")
        _busy(reader, delivery, encoder, "warm", WARM_UP)
        floor = bare.floor(encoder, [_document("floor", number) for number in range(bare.WARM_UP + documents)])
        reader.records.clear()
        paced = [_once(reader, delivery, encoder, number) for number in range(documents)]
        on_the_way = stages(journeys(reader.records))
        busy, busy_rate = _busy(reader, delivery, encoder, "busy", documents)
        rate = _bulk(reader, delivery, bulk)
        reader.close()
        return {
            "floor_ms": percentiles(floor).model_dump(),
            "paced_ms": percentiles(paced).model_dump(),
            "paced_over_floor": round(median(paced) / median(floor), 2),
            "paced_stages_p50_ms": {stage: summary.p50 for stage, summary in on_the_way.items()},
            "busy_ms": percentiles(busy).model_dump(),
            "busy_over_paced": round(median(busy) / median(paced), 2),
            "busy_documents_per_s": round(busy_rate, 1),
            "bulk_chunks_per_s": round(rate, 1),
            "library_chunks_per_s": round(library, 1),
            "encoder_chunks_per_s": round(ours, 1),
            "bulk_share_of_library": round(rate / library, 3),
            "bulk_share_of_encoder": round(rate / ours, 3),
        }
    finally:
        stage.stop()


def _once(reader: Reader, delivery: Delivery, encoder: Encoder, number: int) -> float:
    """One document, then the rest of its second."""
    document = _document("paced", number)
    query = _asked(encoder, document)
    started = time.perf_counter()
    _send(delivery, document)
    _until(reader, document.document_id)
    if not reader.finds(query, document.document_id):
        raise AssertionError(f"{document.document_id} is announced and not found")
    took = time.perf_counter() - started
    time.sleep(max(0.0, 1.0 - took))
    return took * 1000


def _busy(reader: Reader, delivery: Delivery, encoder: Encoder, kind: str, documents: int) -> tuple[list[float], float]:
    """Milliseconds of each document with IN_FLIGHT under way, and documents a second."""
    waiting = deque(_document(kind, number) for number in range(documents))
    queries = {document.document_id: _asked(encoder, document) for document in waiting}
    started: dict[str, float] = {}
    times: list[float] = []
    begun = time.perf_counter()
    while waiting or started:
        while waiting and len(started) < IN_FLIGHT:
            document = waiting.popleft()
            started[document.document_id] = time.perf_counter()
            _send(delivery, document)
        name = reader.next_announced()
        if name in started and reader.finds(queries[name], name):
            times.append((time.perf_counter() - started.pop(name)) * 1000)
    return times, documents / (time.perf_counter() - begun)


def _bulk(reader: Reader, delivery: Delivery, documents: int) -> float:
    """Chunks a second from the first produce call to the last announcement; a document is as long as an article."""
    names = {f"bulk-{number}" for number in range(documents)}
    begun = time.perf_counter()
    for number in range(documents):
        publish(delivery, topology.DOCUMENTS, _article(number))
    while names:
        names.discard(reader.next_announced())
    return documents * CHUNKS_EACH / (time.perf_counter() - begun)


def _article(number: int) -> DocumentPublished:
    """CHUNKS_EACH paragraphs, each a chunk of its own."""
    paragraphs = (_chunk(f"bulk{number}n", part) for part in range(CHUNKS_EACH))
    return DocumentPublished(document_id=f"bulk-{number}", title=f"Article {number}", text="\n\n".join(paragraphs))


def _chunk(kind: str, number: int) -> str:
    return " ".join(_sentences(kind, number))


def _headed(number: int) -> str:
    """A chunk as ingest makes it of an article: title and date stand in front."""
    article, part = divmod(number, CHUNKS_EACH)
    return f"Article {article} (01 March 2025)\n{_chunk(f'bulk{article}n', part)}"


def _send(delivery: Delivery, document: DocumentPublished) -> None:
    publish(delivery, topology.DOCUMENTS, document)
    delivery.flush()


def _until(reader: Reader, document_id: str) -> None:
    while reader.next_announced() != document_id:
        pass


def _asked(encoder: Encoder, document: DocumentPublished) -> SearchQuery:
    """Its first sentence: a hundred titles that differ in a number alone lie equally near in the vectors."""
    text = document.text.partition(". ")[0]
    return SearchQuery(text, encoder.encode([text])[0], datetime.now(UTC))


def _document(kind: str, number: int) -> DocumentPublished:
    """One chunk of about 110 words, unlike the others in its words."""
    return DocumentPublished(
        document_id=f"{kind}-{number}", title=f"Boats at quay {kind}{number}", text=" ".join(_sentences(kind, number))
    )


def _sentences(kind: str, number: int) -> Iterator[str]:
    """Five sentences of about 21 words of the sample newswire, drawn anew for each chunk: no two chunks are alike."""
    drawn = random.Random(f"{kind}-{number}")  # noqa: S311 (only has to be the same each time)
    for day in range(5):
        yield f"On day {day} at quay {kind}{number} " + " ".join(drawn.choices(_vocabulary(), k=15)) + "."


@cache
def _vocabulary() -> list[str]:
    stories = newswire.load(newswire.SAMPLE).edition1
    return sorted({word for story in stories for word in re.findall(r"[a-z]{3,}", story.text)})


def picture(figures: dict[str, Any]) -> str:
    """Medians as bars, with a line to the 99th percentile."""
    rows = {
        "the bare parts in a row": figures["floor_ms"],
        "one document a second": figures["paced_ms"],
        f"{IN_FLIGHT} unfinished at a time": figures["busy_ms"],
    }
    drawn = {
        name: bars.Bar(row["p50"], row["p50"], row["p99"], f"{row['p50']:.0f}, p99 {row['p99']:.0f} ms")
        for name, row in rows.items()
    }
    most = 100 * ceil(max(row["p99"] for row in rows.values()) / 100)
    title = "From before the produce call until a hybrid search returns the document: median and p99, ms"
    return bars.svg(title, drawn, "one document a second", most=most, tick="{:.0f}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=60)
    parser.add_argument("--bulk", type=int, default=120)
    parser.add_argument("--picture", type=Path, help="file for a picture (SVG) of medians and 99th percentiles")
    options = parser.parse_args()
    figures = measure(options.documents, options.bulk)
    if options.picture:
        options.picture.write_text(picture(figures), encoding="utf-8")
    sys.stdout.write(json.dumps(figures, indent=2) + "\n")
