"""Fusion, computed by hand: reciprocal ranks, weighted sums, and what is known of a chunk on several lists."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.retriever.fusion import RRF_K, min_max, of_queries, reciprocal_rank, weighted_sum
from services.retriever.ports import Ranked, listed
from shared.messages import Found
from shared.stored import Candidate
from tests.builders import NOON


def a_list(name: str, **scores: float) -> list[Ranked]:
    return listed(
        name, [Ranked(Candidate(document_id, 0, 1, NOON, score), score) for document_id, score in scores.items()]
    )


def order(ranked: list[Ranked]) -> list[str]:
    return [hit.candidate.document_id for hit in ranked]


DENSE, WORDS = a_list("dense", a=0.9, b=0.8, c=0.4), a_list("bm25", b=12.0, d=6.0)


def test_reciprocal_ranks_add_up() -> None:
    fused = reciprocal_rank([DENSE, WORDS])

    assert order(fused) == ["b", "a", "d", "c"]
    assert [hit.score for hit in fused] == pytest.approx([1 / 62 + 1 / 61, 1 / 61, 1 / 62, 1 / 63])


def test_weighted_scores_add_up() -> None:
    fused = weighted_sum([DENSE, WORDS], [0.4, 0.6])

    assert order(fused) == ["b", "a", "c", "d"]
    assert [hit.score for hit in fused] == pytest.approx([0.4 * 0.8 + 0.6, 0.4, 0.0, 0.0])


def test_a_question_counts_as_much_as_all_other_queries_made_of_it() -> None:
    fused = of_queries([DENSE, WORDS, a_list("more", d=7.0, e=1.0)])

    assert order(fused) == ["b", "a", "d", "c", "e"]
    assert [hit.score for hit in fused] == pytest.approx([0.5 * 0.8 + 0.25, 0.5, 0.25, 0.0, 0.0])


def test_a_fused_chunk_keeps_its_place_on_every_list() -> None:
    found_by = {hit.candidate.document_id: hit.found_by for hit in reciprocal_rank([DENSE, WORDS])}

    assert found_by["b"] == {"dense": Found(rank=2, score=0.8), "bm25": Found(rank=1, score=12.0)}
    assert found_by["d"] == {"bm25": Found(rank=2, score=6.0)}


def test_of_two_queries_the_better_place_on_a_list_counts() -> None:
    fused = reciprocal_rank([a_list("bm25", a=3.0, b=2.0), a_list("bm25", c=9.0, d=5.0, b=4.0, a=1.0)])
    found_by = {hit.candidate.document_id: hit.found_by["bm25"] for hit in fused}

    assert (found_by["a"], found_by["b"]) == (Found(rank=1, score=3.0), Found(rank=2, score=2.0))


def test_of_two_revisions_only_the_newer_counts_whichever_list_holds_it() -> None:
    old = listed("bm25", [Ranked(Candidate("a", 0, 1, NOON, 1.0), 1.0)])
    new = listed("dense", [Ranked(Candidate("a", 0, 2, NOON, 1.0), 1.0)])

    for lists in ([old, new], [new, old]):
        (hit,) = reciprocal_rank(lists)
        assert hit.candidate.revision == 2
        assert hit.score == pytest.approx(1 / 61)
        assert set(hit.found_by) == {"dense"}


@pytest.mark.parametrize(
    ("scores", "moved"),
    [
        ([], []),
        ([3.0], [1.0]),
        ([2.0, 2.0], [1.0, 1.0]),
        ([5.0, 3.0, 1.0], [1.0, 0.5, 0.0]),
        ([-1.0, -3.0], [1.0, 0.0]),
    ],
)
def test_scores_are_moved_between_0_and_1(scores: list[float], moved: list[float]) -> None:
    assert min_max(scores) == moved


def test_equal_sums_are_ordered_by_place() -> None:
    assert order(reciprocal_rank([a_list("x", b=1.0), a_list("y", a=1.0)])) == ["a", "b"]


names = st.lists(st.sampled_from("abcdefgh"), unique=True, max_size=8)


@given(lists=st.lists(names, min_size=1, max_size=4))
def test_fusion_gives_every_chunk_once_with_falling_scores(lists: list[list[str]]) -> None:
    ranked_lists = [
        a_list(str(n), **{name: -float(rank) for rank, name in enumerate(ids)}) for n, ids in enumerate(lists)
    ]
    for fused in (reciprocal_rank(ranked_lists), weighted_sum(ranked_lists, [0.5] * len(ranked_lists))):
        scores = [hit.score for hit in fused]
        assert sorted(order(fused)) == sorted({name for ids in lists for name in ids})
        assert scores == sorted(scores, reverse=True)
    assert all(hit.score <= len(lists) / (RRF_K + 1) + 1e-12 for hit in reciprocal_rank(ranked_lists))
