"""Retriever: evidence in rank order, within the budget, with where it came from."""

from collections.abc import Sequence
from itertools import count

import pytest

from services.retriever.handler import Retrieve, within_budget
from services.retriever.rankers import unchanged
from services.retriever.settings import RetrieverSettings
from shared.encoders import hashing
from shared.messages import EvidenceFound, Filters, Question
from shared.settings import EncoderSettings
from shared.stored import ChunkHit, Scope, Vector
from tests.builders import NOON, a_question, a_record

ENCODER = hashing.build(EncoderSettings(variant="hashing", dimensions=64))


def a_hit(place: int, words: int = 5) -> ChunkHit:
    return ChunkHit(f"d{place}", 0, 1, f"title {place}", "wire", NOON, "word " * words, 1.0 - place / 10)


class Shelf:
    """A search that has `size` hits and remembers what it was asked."""

    name = "shelf"

    def __init__(self, size: int) -> None:
        self.size, self.scopes = size, list[Scope]()

    def __call__(self, question: Question, vector: Vector, *, limit: int, scope: Scope) -> Sequence[ChunkHit]:  # noqa: ARG002
        self.scopes.append(scope)
        return [a_hit(place) for place in range(min(limit, self.size))]


def retrieve(shelf: Shelf, *questions: Question, top_k: int = 5) -> list[EvidenceFound]:
    ticks = count()
    handler = Retrieve(
        RetrieverSettings(top_k=top_k),
        ENCODER.encode,
        ENCODER.name,
        shelf,
        unchanged.build(),
        lambda: next(ticks) / 100,
    )
    return [done.outcome for done in handler([a_record(question) for question in questions])]


def test_evidence_carries_ranks_scores_and_the_search_that_found_it() -> None:
    (found,) = retrieve(Shelf(9), a_question(), top_k=3)

    assert [item.rank for item in found.items] == [1, 2, 3]
    assert found.items[0].chunk_id == "d0:1:0"
    assert found.items[0].found_by == {"shelf": 1.0}
    assert (found.search, found.encoder, found.stale) == ("shelf", "hashing-64", False)
    assert found.asked_at == NOON


def test_filters_and_as_of_reach_the_search() -> None:
    shelf = Shelf(1)
    retrieve(shelf, a_question(filters=Filters(sources=("wire",)), as_of=NOON))

    assert shelf.scopes == [Scope(Filters(sources=("wire",)), NOON)]


def test_nothing_found_is_evidence_too() -> None:
    (found,) = retrieve(Shelf(0), a_question())

    assert found.items == ()


@pytest.mark.parametrize(("budget", "kept"), [(1, 1), (10, 2), (14, 2), (15, 3), (1_000, 5)])
def test_evidence_keeps_within_the_words_a_prompt_can_hold(budget: int, kept: int) -> None:
    assert len(within_budget([a_hit(place) for place in range(5)], budget)) == kept


def test_time_for_encoding_is_shared_by_the_batch() -> None:
    found = retrieve(Shelf(1), a_question(), a_question(question_id="q-2"))

    assert [round(one.retrieval_ms) for one in found] == [15, 15]
