"""Give every chunk of a revision its vectors, and say when the revision can be found."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import structlog

from shared.encoding import Encoder
from shared.messages import DocumentChunked, DocumentIndexed
from shared.records import Effect, InvalidMessageError, Record, effect
from shared.stored import MOST_STORED, STORABLE, StoredRevision, Vector, stored_bytes

Encode = Callable[[Sequence[str]], Vector]
Now = Callable[[], datetime]
WORDLESS = frozenset(
    ("document_id", "revision", "retracted", "language", "labels", "published_at", "first_seen_at", "appended_at",
     "ingested_at")
)  # fmt: skip
"""What an announcement says of a document that not everyone may be shown, or that is gone: none of its words."""
CODE = re.compile("[a-z]{2,3}")
"""A language by ISO 639; publishers may state anything."""
Batch = Sequence[Record[DocumentChunked]]
log = structlog.get_logger()


@dataclass(frozen=True)
class Embedded:
    """One revision as it is stored for each encoder by name, the serving one first."""

    stored: Mapping[str, StoredRevision]


@dataclass(frozen=True)
class Embed:
    """The handler for all encoders in use, asked for anew with each batch, the serving one first.

    What the serving encoder cannot do, the batch cannot. One beside it that fails holds nobody up: the announcement
    leaves it out, and `tiltyard reindex` fills what it lacks.
    """

    encoders: Callable[[], Sequence[Encoder]]
    now: Now

    def __call__(self, batch: Batch) -> Iterator[Effect[Embedded]]:
        serving, *beside = self.encoders()
        effects_by_encoder = {serving.name: list(self._embedded(batch, serving))}
        for encoder in beside:
            try:
                effects_by_encoder[encoder.name] = list(self._embedded(batch, encoder))
            except Exception as error:  # whatever it is, news goes on without this encoder
                log.warning(
                    "an encoder beside the serving one failed", encoder=encoder.name, error=type(error).__name__
                )
        for place, record in enumerate(batch):
            yield effect(
                record, Embedded({name: effects[place].outcome for name, effects in effects_by_encoder.items()})
            )

    def _embedded(self, batch: Batch, encoder: Encoder) -> Iterator[Effect[StoredRevision]]:
        for record in batch:
            require_storable(record.message, encoder.dimensions)
        return embed(batch, encode=encoder.encode, now=self.now)


def require_storable(chunked: DocumentChunked, dimensions: int) -> None:
    """Raises InvalidMessageError for a revision that the store would not take, before it is encoded for hours."""
    size = stored_bytes(chunked, [chunk.text for chunk in chunked.chunks])
    with_vectors = size + len(chunked.chunks) * dimensions * 4
    if size > STORABLE or with_vectors > MOST_STORED:
        raise InvalidMessageError(
            f"{len(chunked.chunks)} chunks of {with_vectors:,} bytes with all that is kept with each; "
            f"{STORABLE:,} can be stored, {MOST_STORED:,} with their vectors"
        )


def embed(batch: Batch, *, encode: Encode, now: Now) -> Iterator[Effect[StoredRevision]]:
    """One encoder call for the whole batch; raises InvalidMessageError where a vector cannot be searched."""
    texts = [chunk.text for record in batch for chunk in record.message.chunks]
    vectors = encode(texts) if texts else np.zeros((0, 0), dtype=np.float32)
    start = 0
    for record in batch:
        end = start + len(record.message.chunks)
        yield effect(record, StoredRevision(record.message, searchable(vectors[start:end]), now()))
        start = end


def searchable(vectors: Vector) -> Vector:
    """The vectors at length 1, as the store's index takes them; refused where one is zero or not finite."""
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    if not np.isfinite(norms).all() or (norms == 0).any():
        raise InvalidMessageError("encoder: a chunk has a zero or endless vector, which cosine cannot compare")
    unit_vectors: Vector = vectors / norms
    return unit_vectors


def announced(embedded: Embedded, *, now: Now) -> list[DocumentIndexed]:
    """The announcement of a revision, made once it is stored for each of its encoders."""
    names = tuple(embedded.stored)
    return indexed(embedded.stored[names[0]], encoder=names[0], encoders=names, now=now)


def indexed(stored: StoredRevision, *, encoder: str, now: Now, encoders: tuple[str, ...] = ()) -> list[DocumentIndexed]:
    """The announcement of a revision with the vectors of one encoder, or of several."""
    return [
        DocumentIndexed(
            **sayable(stored.chunked),
            chunk_count=len(stored.chunked.chunks),
            encoder=encoder,
            encoders=encoders or (encoder,),
            embedded_at=stored.embedded_at,
            stored_at=now(),
        )
    ]


def sayable(revision: DocumentChunked) -> dict[str, Any]:
    """What everyone may know of a revision. Even the hash of a short text confirms a guess, so it is left out too."""
    if revision.labels or revision.retracted:
        language = revision.language if CODE.fullmatch(revision.language) else ""
        return revision.model_dump(include=set(WORDLESS)) | {"language": language, "content_hash": ""}
    return revision.model_dump(exclude={"chunks"})
