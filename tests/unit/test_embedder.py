"""Embedder: one encoder call for a batch, vectors with their own chunks, nothing unsearchable stored."""

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from services.embedder.handler import Embed, embed, indexed
from shared.encoders import hashing
from shared.messages import Chunk
from shared.records import InvalidMessageError
from shared.settings import EncoderSettings
from shared.stored import Vector
from tests.builders import NOON, a_chunked_document, a_record

ENCODER = hashing.build(EncoderSettings(variant="hashing", dimensions=64))


def test_every_chunk_gets_its_own_vector_in_one_call() -> None:
    calls: list[int] = []

    def counting(texts: Sequence[str]) -> Vector:
        calls.append(len(texts))
        return ENCODER.encode(texts)

    two = (Chunk(position=0, text="trams"), Chunk(position=1, text="locks"))
    batch = [
        a_record(a_chunked_document(chunks=two)),
        a_record(a_chunked_document(document_id="2", retracted=True, chunks=())),
        a_record(a_chunked_document(document_id="3")),
    ]
    stored = [done.outcome for done in embed(batch, encode=counting, now=lambda: NOON)]

    assert calls == [3]
    assert [len(revision.vectors) for revision in stored] == [2, 0, 1]
    assert np.allclose(stored[0].vectors[1], ENCODER.encode(["locks"])[0])


@pytest.mark.parametrize("bad", [0.0, np.nan, np.inf])
def test_a_vector_that_cosine_cannot_compare_is_refused(bad: float) -> None:
    batch = [a_record(a_chunked_document())]

    with pytest.raises(InvalidMessageError, match="vector"):
        list(embed(batch, encode=lambda texts: np.full((len(texts), 4), bad, dtype=np.float32), now=lambda: NOON))


def test_vectors_are_stored_at_length_one_whatever_the_encoder_gives() -> None:
    batch = [a_record(a_chunked_document(chunks=(Chunk(position=0, text="one"), Chunk(position=1, text="two"))))]

    (made,) = embed(batch, encode=lambda texts: np.full((len(texts), 4), 3.0, dtype=np.float32), now=lambda: NOON)

    assert np.allclose(np.linalg.norm(made.outcome.vectors, axis=1), 1.0)


@pytest.mark.parametrize(
    "changes",
    [
        {"chunks": tuple(Chunk(position=place, text="a") for place in range(40_000))},
        {"chunks": tuple(Chunk(position=place, text="a") for place in range(200)), "tags": ("t" * 512,) * 100},
    ],
)
def test_a_revision_that_is_no_batch_for_the_store_is_refused_before_it_is_encoded(changes: dict[str, Any]) -> None:
    def never(_: Sequence[str]) -> Vector:
        raise AssertionError("it would take hours")

    encoder = SimpleNamespace(name="slow", dimensions=384, encode=never)

    with pytest.raises(InvalidMessageError, match="can be stored"):
        list(Embed(lambda: [encoder], lambda: NOON)([a_record(a_chunked_document(**changes))]))


def test_a_batch_of_retractions_needs_no_encoder() -> None:
    def never(_: Sequence[str]) -> Vector:
        raise AssertionError("there is nothing to encode")

    (done,) = embed([a_record(a_chunked_document(retracted=True, chunks=()))], encode=never, now=lambda: NOON)

    (announcement,) = indexed(done.outcome, encoder="hashing-64", now=lambda: NOON)
    assert announcement.retracted
    assert announcement.chunk_count == 0
