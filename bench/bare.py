"""What the parts take without the services around them, for `bench.freshness` to be held against in the same run."""

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from shared import topology
from shared.cassandra.chunks import CassandraChunks
from shared.cassandra.client import connect
from shared.encoding import Encoder
from shared.kafka.sink import Delivery, publish
from shared.kafka.topics import Follower
from shared.messages import Chunk, DocumentChunked, DocumentPublished, Question
from shared.models import sentences
from shared.records import Effect, Position, RawRecord
from shared.scope import Scope
from shared.settings import CassandraSettings, EncoderSettings, KafkaSettings
from shared.stored import StoredRevision

WARM_UP, DEPTH, WITHIN_S = 40, 100, 30.0


def floor(encoder: Encoder, documents: Sequence[DocumentPublished]) -> list[float]:
    """Milliseconds for each of a row of documents after the warm-up, one a second: a processor that rests is slower.

    One hop over Kafka, encoding the one chunk, storing it with its vector and searching, one after another in this
    process: the least that any arrangement of these parts could take.
    """
    delivery = Delivery(KafkaSettings(), "bench-floor")
    hop = Follower(KafkaSettings(), topology.QUESTIONS.name, from_end=True)  # nobody else reads it here
    hop.poll(1.0)
    chunks = CassandraChunks(connect(CassandraSettings()), encoder.name)
    took = []
    for number, document in enumerate(documents):
        started = time.perf_counter()
        publish(delivery, topology.QUESTIONS, Question(question_id=document.document_id, text=document.title))
        delivery.flush()
        if hop.poll(WITHIN_S) is None:
            raise TimeoutError(f"a record did not come back within {WITHIN_S:g} s")
        vectors = encoder.encode([document.text])
        chunks.write(Effect(StoredRevision(_chunked(document), vectors, datetime.now(UTC)), _cause()))
        chunks.flush()
        if not chunks.nearest(vectors[0], limit=DEPTH, scope=Scope()):
            raise AssertionError("what was stored is not found")
        took.append((time.perf_counter() - started) * 1000)
        if number >= WARM_UP:
            time.sleep(max(0.0, 1.0 - took[-1] / 1000))
    hop.close()
    return took[WARM_UP:]


def encoder_rate(encoder: Encoder, texts: Sequence[str]) -> float:
    """Chunks a second of our encoder with nothing else running."""
    return _rate(encoder.encode, texts)


def library_rate(settings: EncoderSettings, texts: Sequence[str]) -> float:
    """The same of sentence-transformers as its manual shows it, with all threads and its own batches of 32."""
    import torch
    from sentence_transformers import SentenceTransformer

    torch.set_num_threads(settings.threads)
    model = SentenceTransformer(sentences.location(settings.model), trust_remote_code=False)
    return _rate(lambda those: model.encode(list(those), show_progress_bar=False), texts)


def _rate(encode: Any, texts: Sequence[str]) -> float:
    encode(texts[:64])
    begun = time.perf_counter()
    encode(texts)
    return len(texts) / (time.perf_counter() - begun)


def _chunked(document: DocumentPublished) -> DocumentChunked:
    now = datetime.now(UTC)
    return DocumentChunked(
        document_id=document.document_id,
        revision=1,
        title=document.title,
        published_at=now,
        first_seen_at=now,
        appended_at=now,
        ingested_at=now,
        content_hash="",
        chunks=(Chunk(position=0, text=document.text),),
    )


def _cause() -> RawRecord:
    return RawRecord(Position("bench", 0, 0), None, None, datetime.now(UTC))
