"""The stores: memory and Cassandra keep the same promises."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import numpy as np
import pytest

from shared.cassandra.chunks import CassandraChunks
from shared.cassandra.dispositions import CassandraDispositions
from shared.cassandra.documents import CassandraDocuments
from shared.cassandra.results import CassandraResults
from shared.memory.chunks import MemoryChunks
from shared.memory.dispositions import MemoryDispositions
from shared.memory.documents import MemoryDocuments
from shared.memory.results import MemoryResults
from shared.messages import Chunk, DocumentChunked, Filters, Result
from shared.records import Effect, Position
from shared.scope import Scope
from shared.stored import Disposition, DroppedDocument, Passage, StoredRevision, TakenDocument, Vector
from tests.builders import NOON, a_chunked_document, a_question, a_raw_record
from tests.contract.conftest import ENCODER

CAUSE = a_raw_record(b"")


@pytest.fixture(params=["memory", pytest.param("cassandra", marks=pytest.mark.e2e)])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def documents(kind: str, request: pytest.FixtureRequest) -> Any:
    return MemoryDocuments() if kind == "memory" else CassandraDocuments(request.getfixturevalue("store"))


@pytest.fixture
def dispositions(kind: str, request: pytest.FixtureRequest) -> Any:
    return MemoryDispositions() if kind == "memory" else CassandraDispositions(request.getfixturevalue("store"))


@pytest.fixture
def chunks(kind: str, request: pytest.FixtureRequest) -> Any:
    return MemoryChunks() if kind == "memory" else CassandraChunks(request.getfixturevalue("store"), ENCODER)


@pytest.fixture
def results(kind: str, request: pytest.FixtureRequest) -> Any:
    return MemoryResults() if kind == "memory" else CassandraResults(request.getfixturevalue("store"))


def put(sink: Any, *outcomes: Any) -> None:
    for outcome in outcomes:
        sink.write(Effect(outcome, CAUSE))
    sink.flush()


def taken(document_id: str, revision: int, text: str, position: Position) -> TakenDocument:
    made = Disposition(position, "revision", document_id, revision)
    return TakenDocument(made, a_chunked_document(document_id=document_id, revision=revision), text)


def a_vector(direction: int) -> Vector:
    vector = np.full(8, 0.01, dtype=np.float32)
    vector[direction] = 1.0
    unit: Vector = vector / np.linalg.norm(vector)
    return unit


def stored(document: DocumentChunked, *directions: int) -> StoredRevision:
    vectors = np.array([a_vector(direction) for direction in directions], dtype=np.float32).reshape(-1, 8)
    return StoredRevision(document, vectors, NOON)


def test_the_newest_revision_wins_whatever_the_order_of_arrival(documents: Any) -> None:
    name, topic = f"d-{uuid4()}", f"t-{uuid4()}"
    put(documents, taken(name, 2, "second", Position(topic, 0, 1)))
    put(documents, taken(name, 1, "first", Position(topic, 0, 0)))

    assert documents.latest([name, "unknown"])[name].revision == 2
    assert [d.text for d in documents.documents() if d.revision.document_id == name] == ["second"]


def test_what_stands_is_read_by_name_with_its_text(documents: Any) -> None:
    name, topic = f"d-{uuid4()}", f"t-{uuid4()}"
    put(documents, *[taken(name, number, f"text {number}", Position(topic, 0, number)) for number in (1, 2)])

    standing = documents.standing([name, "unknown"])

    assert {key: (of.revision.revision, of.text) for key, of in standing.items()} == {name: (2, "text 2")}


def test_earlier_revisions_are_told_newest_first_without_the_one_that_stands(documents: Any) -> None:
    name, topic = f"d-{uuid4()}", f"t-{uuid4()}"
    put(documents, *[taken(name, number, f"text {number}", Position(topic, 0, number)) for number in (1, 2, 3)])
    put(documents, taken(name, 1, "text 1", Position(topic, 0, 1)))

    earlier = documents.earlier([name, "unknown"])

    assert [(of.revision.revision, of.text) for of in earlier[name]] == [(2, "text 2"), (1, "text 1")]
    assert not earlier.get("unknown")


def test_what_became_of_a_record_is_found_by_its_position(dispositions: Any) -> None:
    topic = f"t-{uuid4()}"
    dropped = Disposition(Position(topic, 1, 20_003), "dropped", "d", 1, "unchanged")
    put(dispositions, DroppedDocument(dropped), taken("d", 1, "text", Position(topic, 1, 9_999)))

    assert dispositions.of([dropped.position, Position(topic, 1, 5)]) == {dropped.position: dropped}
    between = dispositions.between(topic, 1, 9_999, 20_004)
    assert [made.position.offset for made in between] == [9_999, 20_003]
    assert list(dispositions.between(topic, 1, 10_000, 20_003)) == []


def found(chunks: Any, direction: int, scope: Scope, limit: int = 9) -> list[Passage]:
    """What a search finds, read again, as evidence is made of it."""
    there = chunks.read(
        [candidate.place for candidate in chunks.nearest(a_vector(direction), limit=limit, scope=scope)]
    )
    return list(there.values())


def test_a_search_gives_the_nearest_chunk_first_with_its_exact_cosine(chunks: Any) -> None:
    source = f"s-{uuid4()}"
    put(chunks, *[stored(a_chunked_document(document_id=f"{source}-{n}", source=source), n) for n in range(5)])

    hits = chunks.nearest(a_vector(3), limit=2, scope=Scope(Filters(sources=(source,))))

    assert hits[0].document_id == f"{source}-3"
    assert hits[0].score == pytest.approx(1.0, abs=1e-5)
    assert hits[0].published_at == NOON
    assert len(hits) == 2


def test_a_revision_replaces_all_chunks_and_an_older_one_never_returns(chunks: Any) -> None:
    source = f"s-{uuid4()}"
    two = (Chunk(position=0, text="old one"), Chunk(position=1, text="old two"))
    old = stored(a_chunked_document(document_id=source, source=source, chunks=two), 1, 2)
    new = stored(a_chunked_document(document_id=source, source=source, revision=2), 4)
    put(chunks, old)
    put(chunks, new)
    put(chunks, old)

    assert [passage.chunk_id for passage in found(chunks, 1, Scope(Filters(sources=(source,))))] == [f"{source}:2:0"]
    assert [passage.chunk_id for passage in chunks.of_documents([source])[source]] == [f"{source}:2:0"]
    assert chunks.read([(source, 1)]) == {}


def test_a_retracted_document_is_not_found_and_does_not_return(chunks: Any) -> None:
    source = f"s-{uuid4()}"
    live = stored(a_chunked_document(document_id=source, source=source), 1)
    put(chunks, live, stored(a_chunked_document(document_id=source, source=source, revision=2, chunks=())))
    put(chunks, live)

    assert chunks.nearest(a_vector(1), limit=9, scope=Scope(Filters(sources=(source,)))) == []
    assert chunks.read([(source, 0)]) == {}
    assert chunks.of_documents([source]) == {source: []}


def test_a_passage_is_read_with_all_that_filters_and_prompts_need(chunks: Any) -> None:
    name = f"d-{uuid4()}"
    about = {"language": "fr", "labels": ("desk", "board"), "trust": 0.5}
    put(chunks, stored(a_chunked_document(document_id=name, **about), 3))

    (passage,) = chunks.of_documents([name])[name]

    assert (passage.language, set(passage.labels), passage.trust) == ("fr", {"desk", "board"}, 0.5)
    assert (passage.tags, passage.first_seen_at) == (("culture",), NOON)
    assert passage.text == "The lantern fair moves to the old harbour."
    assert chunks.vectors([(name, 0)])[name, 0] == pytest.approx(a_vector(3), abs=1e-6)


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        (Scope(Filters(tags=("sport",))), {"b"}),
        (Scope(Filters(tags=("sport", "culture"))), {"a", "b"}),
        (Scope(Filters(languages=("de",))), {"b"}),
        (Scope(Filters(languages=("de", "fr"), tags=("culture",))), set[str]()),
        (Scope(Filters(published_from=NOON + timedelta(days=1))), {"b"}),
        (Scope(Filters(published_to=NOON + timedelta(hours=1))), {"a"}),
        (Scope(as_of=NOON + timedelta(days=1)), {"a"}),
        (Scope(as_of=NOON - timedelta(days=1)), set[str]()),
        (Scope(labels=frozenset({"desk"})), {"a", "b", "c"}),
        (Scope(labels=frozenset({"board", "other"})), {"a", "b", "c"}),
        (Scope(labels=frozenset({"everyone", "other"})), {"a", "b"}),
    ],
)
def test_filters_labels_and_as_of_bound_what_a_search_sees(chunks: Any, scope: Scope, expected: set[str]) -> None:
    source = f"s-{uuid4()}"
    later = NOON + timedelta(days=2)
    about_b = {"tags": ("sport",), "published_at": later, "first_seen_at": later, "language": "de"}
    put(
        chunks,
        stored(a_chunked_document(document_id=f"{source}a", source=source), 1),
        stored(a_chunked_document(document_id=f"{source}b", source=source, **about_b), 1),
        stored(a_chunked_document(document_id=f"{source}c", source=source, labels=("desk", "board")), 1),
    )
    narrowed = Scope(scope.filters.model_copy(update={"sources": (source,)}), scope.as_of, scope.labels)

    hits = chunks.nearest(a_vector(1), limit=9, scope=narrowed)

    assert {hit.document_id[-1] for hit in hits} == expected


def test_a_selective_filter_still_gives_as_many_as_there_are(chunks: Any) -> None:
    rare, common = f"rare-{uuid4()}", f"common-{uuid4()}"
    put(chunks, *[stored(a_chunked_document(document_id=f"{common}-{n}", source=common), 1) for n in range(200)])
    put(chunks, *[stored(a_chunked_document(document_id=f"{rare}-{n}", source=rare), 6) for n in range(5)])

    assert len(chunks.nearest(a_vector(1), limit=5, scope=Scope(Filters(sources=(rare,))))) == 5


def test_what_a_question_may_not_see_takes_no_places_of_what_it_may(chunks: Any) -> None:
    mark = f"m-{uuid4()}"
    secret = [a_chunked_document(document_id=f"secret-{mark}-{n}", labels=("board",)) for n in range(150)]
    late = [
        a_chunked_document(document_id=f"late-{mark}-{n}", first_seen_at=NOON + timedelta(days=9)) for n in range(150)
    ]
    put(chunks, *[stored(document, 7) for document in [*secret, *late]])
    put(chunks, *[stored(a_chunked_document(document_id=f"open-{mark}-{n}"), 5) for n in range(20)])

    hits = chunks.nearest(a_vector(7), limit=20, scope=Scope(as_of=NOON))

    assert len(hits) == 20
    assert not [hit for hit in hits if hit.document_id.startswith(("secret", "late"))]


def test_a_result_is_kept_and_an_older_version_does_not_replace_it(results: Any) -> None:
    question = a_question(question_id=f"q-{uuid4()}")

    def version(number: int) -> Result:
        return Result(
            question=question, asked_at=NOON, scored_at=NOON, answers={}, metric_versions={}, result_version=number
        )

    results.put([version(2)])
    results.put([version(1)])

    assert results.get(question.question_id) == version(2)
    assert results.get("unknown") is None


def test_the_hashes_of_all_revisions_are_known_and_a_retraction_has_none(documents: Any) -> None:
    name = str(uuid4())
    for number, digest in enumerate(["a", "b", "", "c"], start=1):
        outcome = taken(name, number, "text", Position("t", 0, number))
        put(documents, replace(outcome, chunked=outcome.chunked.model_copy(update={"content_hash": digest})))

    assert documents.hashes([name, "unknown"]) == {name: frozenset("abc")}


def test_chunks_are_read_with_their_vectors_in_order(chunks: Any) -> None:
    name, gone = f"d-{uuid4()}", f"d-{uuid4()}"
    both = tuple(Chunk(position=at, text=f"passage {at}") for at in (0, 1))
    put(chunks, stored(a_chunked_document(document_id=name, chunks=both), 3, 5))

    placed = chunks.with_vectors([name, gone])

    assert [passage.text for passage, _ in placed[name]] == ["passage 0", "passage 1"]
    assert np.allclose([vector for _, vector in placed[name]], [a_vector(3), a_vector(5)])
    assert placed[gone] == []


def test_with_one_copy_every_document_is_everywhere(chunks: Any) -> None:
    names = [f"d-{uuid4()}" for _ in range(40)]
    put(chunks, *[stored(a_chunked_document(document_id=name), 1) for name in names[:-1]])

    assert chunks.everywhere(names) == frozenset(names)
    assert chunks.copies == 1
