"""Explaining evidence: the numbers of every list, why others stayed out, and why there is nothing."""

from datetime import timedelta
from typing import Any

import pytest

from services.console import output
from services.console.views import explanation as explanation_view
from services.retriever.assembly import retriever
from services.retriever.explain import explained
from services.retriever.settings import RetrieverSettings
from shared import topology
from shared.encoders import hashing
from shared.jobs.explain import EvidenceExplained
from shared.memory.broker import MemoryBroker, MemoryTail
from shared.memory.chunks import MemoryChunks
from shared.messages import Chunk, DocumentChunked, Filters
from shared.records import Effect
from shared.settings import EncoderSettings
from shared.stored import StoredRevision
from tests.builders import NOON, a_chunked_document, a_question, a_raw_record, a_record
from tests.unit.test_retriever import by_recipe

ENCODER = hashing.build(EncoderSettings(variant="hashing", dimensions=64))
NOW = NOON + timedelta(days=1)


class Room:
    """A retriever over the twins, and the store behind it."""

    def __init__(self, **chosen: Any) -> None:
        self.chunks, self.broker = MemoryChunks(), MemoryBroker()
        for number in range(9):
            self.put(a_story(number))
        self.retrieve, view = retriever(
            RetrieverSettings(**{"top_k": 3, "budget_words": 30, **chosen}),
            encode=ENCODER.encode,
            encoder=ENCODER.name,
            chunks=self.chunks,
            announcements=MemoryTail(self.broker, topology.INDEXED.name),
        )
        view.catch_up()

    def put(self, made: DocumentChunked) -> None:
        vectors = ENCODER.encode([chunk.text for chunk in made.chunks]).reshape(-1, ENCODER.dimensions)
        self.chunks.write(Effect(StoredRevision(made, vectors, NOON), a_raw_record(b"")))
        self.chunks.flush()
        self.broker.append(topology.INDEXED.name, made.document_id.encode(), b"")

    def explain(self, others: int = 4, **asked: Any) -> EvidenceExplained:
        return explained(self.retrieve, a_question(**asked), now=NOW, others=others)


def a_story(number: int, **changes: Any) -> DocumentChunked:
    text = f"Story {number}: the lantern fair is held at pier {number}." + " More." * number
    values = {"document_id": f"d{number}", "chunks": (Chunk(position=0, text=text),), "trust": 0.5}
    return a_chunked_document(**values | changes)


def test_evidence_is_what_the_retriever_gives_with_its_place_on_every_list() -> None:
    room = Room()
    report = room.explain()
    (given,) = [done.outcome for done in by_recipe(room.retrieve)([a_record(a_question())])]

    assert report.lists == ["bm25", "dense", "weighted", "recency"]
    assert [row.chunk_id for row in report.evidence] == [item.chunk_id for item in given.items]
    assert len(given.items) > 1
    for place, (row, item) in enumerate(zip(report.evidence, given.items, strict=True), start=1):
        assert (row.place, row.trust, row.age_days) == (place, 0.5, 1.0)
        assert list(row.lists) == list(item.found_by)
        assert item.text.startswith(row.text or "-")
        assert row.lists["bm25"].model_dump() == item.found_by["bm25"].model_dump(exclude={"version"})


def test_the_best_that_stayed_out_are_shown_with_the_reason() -> None:
    report = Room(top_k=2, budget_words=12).explain()

    assert len(report.evidence) == 1
    assert [row.left_out for row in report.others] == ["over budget_words", *["beyond top_k"] * 3]
    assert [row.place for row in report.others] == [2, 3, 4, 5]
    assert all(row.lists and row.text for row in report.others)


def test_what_was_retracted_or_revised_shows_no_text() -> None:
    room = Room(top_k=1)
    order = [row.document_id for row in room.explain(others=9).others]
    gone, revised = order[-1], order[-2]
    room.put(a_story(int(gone[1:]), chunks=(), retracted=True, revision=2))
    room.put(a_story(int(revised[1:]), chunks=(Chunk(position=0, text="board only"),), labels=("board",), revision=2))

    rows = {row.document_id: row for row in room.explain(others=9).others}
    kept = {name: rows[name] for name in (gone, revised) if name in rows}
    assert all(row.text is None and row.title is None for row in kept.values())
    assert {row.left_out for row in kept.values()} <= {"gone since it was found", "changed since it was found"}


@pytest.mark.parametrize(
    ("asked", "note"),
    [
        (
            {"filters": Filters(sources=("nobody",), tags=("culture",))},
            "nothing within sources, tags; without sources there is something",
        ),
        ({"filters": Filters(sources=("nobody",), tags=("none",))}, "nothing within sources, tags"),
        ({"as_of": NOON - timedelta(days=9)}, "nothing within as_of; without as_of there is something"),
    ],
)
def test_nothing_found_says_which_condition_keeps_everything_out(asked: dict[str, Any], note: str) -> None:
    report = Room().explain(**asked)

    assert (report.evidence, report.others, report.note) == ([], [], note)


def test_several_queries_and_a_ranker_that_changes_the_order_are_told() -> None:
    report = Room(queries="decompose", rankers="mmr,recency").explain(text="Where is the fair? What is at pier three?")

    assert report.queries[1:] == ["Where is the fair", "What is at pier three"]
    assert report.lists[-2:] == ["mmr", "recency"]
    assert all(set(row.lists) >= {"mmr", "recency"} for row in report.evidence)


def test_people_see_places_scores_and_reasons() -> None:
    with output.out.capture() as capture:
        explanation_view.show(Room(top_k=2).explain())
        explanation_view.show(Room().explain(filters=Filters(sources=("nobody",))))
    shown = capture.get()

    for word in ("evidence", "not evidence", "bm25", "dense", "weighted", "recency", "beyond top_k", "1.0 d", "0.50"):
        assert word in shown
    assert "No evidence: nothing within sources; without sources there is something." in shown
