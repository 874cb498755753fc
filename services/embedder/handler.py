"""Give every chunk of a revision its vector, and say when the revision can be found."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

import numpy as np

from shared.messages import DocumentChunked, DocumentIndexed
from shared.records import Effect, InvalidMessageError, Record, effect
from shared.stored import StoredRevision, Vector

Encode = Callable[[Sequence[str]], Vector]
Now = Callable[[], datetime]


def embed(batch: Sequence[Record[DocumentChunked]], *, encode: Encode, now: Now) -> Iterator[Effect[StoredRevision]]:
    """One encoder call for the whole batch; raises InvalidMessageError where a vector cannot be searched."""
    texts = [chunk.text for record in batch for chunk in record.message.chunks]
    vectors = encode(texts) if texts else np.zeros((0, 0), dtype=np.float32)
    start = 0
    for record in batch:
        end = start + len(record.message.chunks)
        yield effect(record, StoredRevision(record.message, searchable(vectors[start:end]), now()))
        start = end


def searchable(vectors: Vector) -> Vector:
    """The vectors, where cosine is defined for each: finite and not zero."""
    norms = np.linalg.norm(vectors, axis=1) if len(vectors) else np.ones(0)
    if not np.isfinite(norms).all() or (norms == 0).any():
        raise InvalidMessageError("encoder: a chunk has a zero or endless vector, which cosine cannot compare")
    return vectors


def indexed(stored: StoredRevision, *, encoder: str, now: Now) -> list[DocumentIndexed]:
    """The announcement of a revision, made once it is stored."""
    return [
        DocumentIndexed(
            **stored.chunked.model_dump(exclude={"chunks"}),
            chunk_count=len(stored.chunked.chunks),
            encoder=encoder,
            embedded_at=stored.embedded_at,
            stored_at=now(),
        )
    ]
