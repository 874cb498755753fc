"""Retriever: evidence in rank order, within the budget, as it stands, with where it came from."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import count

import pytest

from services.retriever.condensers import last_turns
from services.retriever.handler import Retrieve, within_budget
from services.retriever.ports import Ranked, SearchQuery, listed
from services.retriever.recipes import RetrieveByContest
from services.retriever.settings import RetrieverSettings
from shared.contests.calendar import Calendar
from shared.encoders import hashing
from shared.messages import EvidenceFound, Filters, Found, Question, Turn
from shared.retention import Retention
from shared.scope import Scope
from shared.settings import EncoderSettings
from shared.stored import Candidate, ChunkKey, Passage, Vector
from shared.topology import EVIDENCE
from tests.builders import NOON, a_question, a_record

ENCODER = hashing.build(EncoderSettings(variant="hashing", dimensions=64))


def a_passage(place: int, *, revision: int = 1, words: int = 5) -> Passage:
    about = (f"title {place}", "wire", (), "en", (), 1.0, NOON, NOON)
    return Passage(f"d{place}", 0, revision, *about, "word " * words)


def a_candidate(place: int, revision: int = 1) -> Candidate:
    return Candidate(f"d{place}", 0, revision, NOON, 1.0 - place / 100)


@dataclass
class Shelf:
    """A search, a store and a view that agree unless told otherwise, and remember what they were asked."""

    size: int
    name: str = "shelf"
    stored: dict[str, Passage] = field(default_factory=dict)
    indexed: dict[str, int] = field(default_factory=dict)
    behind: bool = False
    scopes: list[Scope] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.stored = {f"d{place}": a_passage(place) for place in range(self.size)}
        self.indexed = dict.fromkeys(self.stored, 1)

    def __call__(self, query: SearchQuery, *, limit: int, scope: Scope) -> Sequence[Ranked]:  # noqa: ARG002
        self.scopes.append(scope)
        hits = [a_candidate(int(name[1:]), revision) for name, revision in self.indexed.items()][:limit]
        return listed(self.name, [Ranked(candidate, candidate.score) for candidate in hits])

    def read(self, places: Sequence[ChunkKey]) -> Mapping[ChunkKey, Passage]:
        return {place: self.stored[place[0]] for place in places if place[0] in self.stored}

    def ends(self) -> Mapping[int, int]:
        return {0: 1}

    def reach(self, ends: Mapping[int, int], within_s: float) -> bool:  # noqa: ARG002
        self.waits.append(within_s)
        return not self.behind

    def refresh(self, document_ids: Sequence[str]) -> None:
        for name in document_ids:
            self.indexed.pop(name)
            if name in self.stored:
                self.indexed[name] = self.stored[name].revision

    def nearest(self, vector: Vector, *, limit: int, scope: Scope) -> Sequence[Candidate]:
        raise AssertionError(f"the search is the shelf itself: {vector}, {limit}, {scope}")

    def of_documents(self, document_ids: Sequence[str]) -> Mapping[str, Sequence[Passage]]:
        raise AssertionError(f"the view is the shelf itself: {document_ids}")

    def vectors(self, places: Sequence[ChunkKey]) -> Mapping[ChunkKey, Vector]:
        raise AssertionError(f"nothing here compares vectors: {places}")


def a_handler(shelf: Shelf, top_k: int = 5) -> Retrieve:
    ticks = count()
    return Retrieve(
        settings=RetrieverSettings(top_k=top_k),
        encode=ENCODER.encode,
        encoder=ENCODER.name,
        search=shelf,
        rank=lambda _, ranked: ranked,
        rephrase=lambda text, _: [text],
        chunks=shelf,
        view=shelf,
        clock=lambda: next(ticks) / 100,
        keep=Retention(now=lambda: NOON),
    )


def by_recipe(retrieve: Retrieve) -> RetrieveByContest:
    """The handler of the shipped contest, whose one recipe leaves everything to the settings."""
    return RetrieveByContest.alone(retrieve)


def retrieve(shelf: Shelf, *questions: Question, top_k: int = 5) -> list[EvidenceFound]:
    handler = by_recipe(a_handler(shelf, top_k))
    return [done.outcome for done in handler([a_record(question) for question in questions])]


def test_evidence_carries_ranks_scores_and_every_list_that_led_to_it() -> None:
    (evidence,) = retrieve(Shelf(9), a_question(), top_k=3)

    assert [item.rank for item in evidence.items] == [1, 2, 3]
    assert evidence.items[0].chunk_id == "d0:1:0"
    assert evidence.items[1].found_by == {"shelf": Found(rank=2, score=0.99)}
    assert (evidence.search, evidence.encoder, evidence.stale) == ("shelf", "hashing-64", False)
    assert evidence.asked_at == NOON


def test_filters_labels_and_as_of_reach_the_search() -> None:
    shelf = Shelf(1)
    retrieve(shelf, a_question(filters=Filters(sources=("wire",)), labels=("desk",), as_of=NOON))

    assert shelf.scopes == [Scope(Filters(sources=("wire",)), NOON, frozenset({"desk"}))]


@pytest.mark.parametrize(
    ("changes", "note"),
    [
        ({}, "nothing found that may be shown"),
        ({"filters": Filters(tags=("sport",)), "as_of": NOON}, "nothing within tags, as_of"),
    ],
)
def test_nothing_found_is_evidence_that_says_so(changes: dict[str, object], note: str) -> None:
    (evidence,) = retrieve(Shelf(0), a_question(**changes))

    assert evidence.items == ()
    assert evidence.note == note


def test_a_document_that_was_revised_since_it_was_indexed_is_searched_again() -> None:
    shelf = Shelf(3)
    shelf.stored["d1"] = a_passage(1, revision=2)

    (evidence,) = retrieve(shelf, a_question())

    assert {item.chunk_id for item in evidence.items} == {"d0:1:0", "d1:2:0", "d2:1:0"}


def test_a_document_that_was_retracted_since_it_was_indexed_leaves_room_for_the_next() -> None:
    shelf = Shelf(20)
    del shelf.stored["d0"]

    (evidence,) = retrieve(shelf, a_question(), top_k=2)

    assert [item.chunk_id for item in evidence.items] == ["d1:1:0", "d2:1:0"]


def test_what_may_no_longer_be_shown_is_not_shown() -> None:
    shelf = Shelf(2)
    shelf.stored["d0"] = replace(a_passage(0), labels=("board",))

    (evidence,) = retrieve(shelf, a_question())

    assert [item.chunk_id for item in evidence.items] == ["d1:1:0"]


def test_a_question_waits_for_the_view_no_longer_than_its_deadline() -> None:
    shelf = Shelf(1)
    retrieve(shelf, a_question(deadline_s=7.0), a_question(question_id="q-2", deadline_s=3_600))

    assert shelf.waits == [7.0, pytest.approx(RetrieverSettings().wait_s, abs=0.1)]


def test_evidence_found_before_the_view_caught_up_says_that_it_is_stale() -> None:
    shelf = Shelf(1)
    shelf.behind = True

    assert retrieve(shelf, a_question())[0].stale


def test_what_is_too_old_to_be_kept_is_outside_every_scope() -> None:
    since = Scope.of(a_question(), NOON).filters.published_from
    later = NOON + timedelta(days=1)

    assert since == NOON
    assert Scope.of(a_question(filters=Filters(published_from=later)), NOON).filters.published_from == later


@pytest.mark.parametrize(("budget", "kept"), [(1, 1), (10, 2), (14, 2), (15, 3), (1_000, 5)])
def test_evidence_keeps_within_the_words_a_prompt_can_hold(budget: int, kept: int) -> None:
    picks = [(Ranked(a_candidate(place), 1.0), a_passage(place)) for place in range(5)]

    assert len(within_budget(picks, budget)) == kept


def test_evidence_fits_its_message_however_long_the_words_are() -> None:
    passage = replace(a_passage(0), text="x" * 90_000)
    picks = [(Ranked(a_candidate(place), 1.0), passage) for place in range(20)]

    kept = within_budget(picks, 1_000)

    assert 0 < len(kept) < 20
    assert len(json.dumps([passage.text for _, passage in kept])) < EVIDENCE.max_bytes


def test_time_for_encoding_is_shared_by_the_batch() -> None:
    batch = retrieve(Shelf(1), a_question(), a_question(question_id="q-2"))

    assert [round(evidence.retrieval_ms) for evidence in batch] == [35, 35]


def test_a_question_of_a_conversation_is_searched_condensed_and_the_evidence_says_by_what() -> None:
    history = (Turn(role="asker", text="Where is the Ostrel fair?"), Turn(role="assistant", text="At pier 4."))
    followed = a_question(text="When is it?", kind="conversation", history=history)
    seen: list[str] = []

    def rephrase(text: str, _: Scope) -> list[str]:
        seen.append(text)
        return [text]

    condense = last_turns.build(RetrieverSettings())
    handler = by_recipe(replace(a_handler(Shelf(3)), rephrase=rephrase, condense=condense))
    batch = [done.outcome for done in handler([a_record(followed), a_record(a_question())])]

    assert seen == ["When is it? 4 Ostrel fair", a_question().text]
    assert [evidence.searched_for for evidence in batch] == ["When is it? 4 Ostrel fair", ""]


def test_the_contests_are_looked_at_once_for_a_whole_batch() -> None:
    looks: list[Calendar] = []

    def contests() -> Calendar:
        looks.append(Calendar())
        return looks[-1]

    handler = replace(by_recipe(a_handler(Shelf(1), 5)), contests=contests)
    batch = list(handler([a_record(a_question()), a_record(a_question(question_id="q-2"))]))

    assert (len(batch), len(looks)) == (2, 1)
