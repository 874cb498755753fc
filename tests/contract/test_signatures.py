"""Signatures and retention: memory and Cassandra keep the same promises."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import numpy as np
import pytest

from services.ingest.settings import IngestSettings
from services.ingest.signer import Signer
from shared.cassandra.documents import CassandraDocuments
from shared.cassandra.signatures import CassandraSignatures
from shared.memory.documents import MemoryDocuments
from shared.memory.signatures import MemorySignatures
from shared.records import Effect, Position
from shared.retention import FOREVER, Retention
from shared.signature import Signature, SignedDocument
from shared.stored import Disposition
from tests.builders import NOON, a_chunked_document, a_raw_record

SIGN = Signer(IngestSettings())
KEPT_DAYS = 30
CAUSE = a_raw_record(b"")


@pytest.fixture(params=["memory", pytest.param("cassandra", marks=pytest.mark.e2e)])
def make(request: pytest.FixtureRequest) -> Callable[..., Any]:
    """Makes the stores of one kind: documents or signatures, keeping for ever or not."""
    if request.param == "memory":
        return lambda what, keep=FOREVER: {"documents": MemoryDocuments, "signatures": MemorySignatures}[what](keep)
    store = request.getfixturevalue("store")
    kinds: dict[str, Any] = {"documents": CassandraDocuments, "signatures": CassandraSignatures}
    return lambda what, keep=FOREVER: kinds[what](store, keep)


def a_signature() -> Signature:
    made = SIGN(" ".join(str(uuid4()) for _ in range(30)))
    assert made is not None
    return made


def put(sink: Any, name: str, revision: int, signature: Signature | None, **changes: Any) -> None:
    made = Disposition(Position(f"t-{name}", 0, revision), "revision", name, revision)
    about = a_chunked_document(document_id=name, revision=revision, **changes)
    sink.write(Effect(SignedDocument(made, about, f"text {revision}", signature), CAUSE))
    sink.flush()


def names(signatures: Any, *asked: Signature) -> list[set[str]]:
    return [set(near) for near in signatures.candidates(asked)]


def test_documents_that_share_a_band_are_candidates_with_their_whole_values(make: Callable[..., Any]) -> None:
    signatures, name, signature, other = make("signatures"), f"d-{uuid4()}", a_signature(), a_signature()
    put(signatures, name, 1, signature)
    half = Signature(other.values, (*other.bands[:-1], signature.bands[-1]))

    candidates = signatures.candidates([signature, other, half])

    assert [set(near) for near in candidates] == [{name}, set(), {name}]
    assert np.array_equal(candidates[2][name], signature.values)


def test_a_revision_takes_its_documents_place_and_an_older_one_never_returns(make: Callable[..., Any]) -> None:
    signatures, name, old, new = make("signatures"), f"d-{uuid4()}", a_signature(), a_signature()
    put(signatures, name, 1, old)
    put(signatures, name, 2, new)
    put(signatures, name, 1, old)

    assert names(signatures, new) == [{name}]
    assert not any(np.array_equal(near[name], old.values) for near in signatures.candidates([old]) if name in near)


def test_a_retraction_removes_a_document_and_an_upsert_brings_it_back(make: Callable[..., Any]) -> None:
    signatures, name, signature = make("signatures"), f"d-{uuid4()}", a_signature()
    put(signatures, name, 1, signature)
    put(signatures, name, 2, None, retracted=True, chunks=())
    put(signatures, name, 1, signature)
    assert names(signatures, signature) == [set()]

    put(signatures, name, 3, signature)
    assert names(signatures, signature) == [{name}]


def test_many_documents_in_one_flush_are_all_found(make: Callable[..., Any]) -> None:
    signatures, prefix, signature = make("signatures"), f"d-{uuid4()}", a_signature()
    for number in range(5):
        made = Disposition(Position("t", 0, number), "revision", f"{prefix}-{number}", 1)
        about = a_chunked_document(document_id=f"{prefix}-{number}")
        signatures.write(Effect(SignedDocument(made, about, "text", signature), CAUSE))
    signatures.flush()

    assert names(signatures, signature) == [{f"{prefix}-{number}" for number in range(5)}]
    assert signatures.candidates([]) == []


def eventually(holds: Callable[[], bool]) -> bool:
    """Whether it comes to hold within ten seconds."""
    deadline = time.monotonic() + 10
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def test_what_is_past_its_time_leaves_and_only_its_number_stays(make: Callable[..., Any]) -> None:
    keep, name = Retention(KEPT_DAYS), f"d-{uuid4()}"
    documents, signatures, signature = make("documents", keep), make("signatures", keep), a_signature()
    nearly_over = datetime.now(UTC) - timedelta(days=KEPT_DAYS, seconds=-1.5)
    put(signatures, name, 3, signature, published_at=nearly_over)
    put(documents, name, 3, None, published_at=nearly_over)
    assert documents.latest([name])[name].content_hash == "c0ffee"
    assert names(signatures, signature) == [{name}]

    assert eventually(lambda: bool(documents.latest([name])[name].retracted))

    left = documents.latest([name])[name]
    assert (left.revision, left.content_hash) == (3, "")
    assert name not in [document.revision.document_id for document in documents.documents()]
    assert eventually(lambda: names(signatures, signature) == [set()])


def test_an_expired_document_lives_again_with_its_next_revision(make: Callable[..., Any]) -> None:
    keep, name = Retention(KEPT_DAYS), f"d-{uuid4()}"
    documents = make("documents", keep)
    put(documents, name, 1, None, published_at=datetime.now(UTC) - timedelta(days=KEPT_DAYS))
    assert eventually(lambda: bool(documents.latest([name])[name].retracted))

    put(documents, name, 2, None, published_at=datetime.now(UTC))

    assert not documents.latest([name])[name].retracted
    assert [d.text for d in documents.documents() if d.revision.document_id == name] == ["text 2"]


def test_without_an_age_to_keep_everything_stays(make: Callable[..., Any]) -> None:
    documents, name = make("documents"), f"d-{uuid4()}"
    put(documents, name, 1, None, published_at=NOON - timedelta(days=10_000))

    assert documents.latest([name])[name].content_hash == "c0ffee"


def test_the_longest_age_that_may_be_set_is_taken(make: Callable[..., Any]) -> None:
    documents, name = make("documents", Retention(7_000)), f"d-{uuid4()}"
    put(documents, name, 1, None, published_at=datetime.now(UTC))

    assert documents.latest([name])[name].revision == 1
