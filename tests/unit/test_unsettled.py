"""A document that was announced is found whichever copy a search asks, and what cannot be promised is said."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pytest

from services.retriever import unsettled
from services.retriever.completing import Completing
from services.retriever.held import HeldVectors
from services.retriever.unsettled import Unsettled
from services.retriever.unsettled_names import FILE, SPARE, UnsettledNames
from shared.messages import Filters
from shared.scope import Scope
from shared.stored import Candidate
from tests.copied import ENCODER, ThreeCopies, a_story

LANTERNS, FERRY = "The lantern fair moves to the old harbour.", "The night ferry stops running in winter."
AMPLE = 1_000_000


@dataclass
class World:
    """Three copies, and a retriever's search over whichever is asked."""

    folder: Path | None = None
    most_bytes: int = AMPLE
    store: ThreeCopies = field(default_factory=ThreeCopies)
    now: float = 0.0

    def __post_init__(self) -> None:
        self.start()

    def start(self) -> None:
        """As after a restart."""
        self.held = HeldVectors(self.most_bytes)
        self.unsettled = Unsettled(self.store, self.held, UnsettledNames(self.folder), lambda: self.now)
        self.search = Completing(self.store, lambda: self.held.now)

    def found(self, text: str, limit: int = 10, scope: Scope | None = None) -> list[tuple[str, int]]:
        vector = ENCODER.encode([text])[0]
        nearest = self.search.nearest(vector, limit=limit, scope=scope or Scope())
        return [(candidate.document_id, candidate.revision) for candidate in nearest]

    def node_2_misses(self, *stories: tuple[str, str, int]) -> None:
        """Node 2 is away while these are written, comes back without them, and is the one that is asked."""
        self.store.away = {2}
        self.store.store(*[a_story(*story) for story in stories])
        self.store.away, self.store.searched = set(), 2


def test_a_document_that_the_asked_copy_missed_is_found_once_it_was_taken() -> None:
    world = World()
    world.node_2_misses(("fair", LANTERNS, 1))
    assert world.found(LANTERNS) == []

    world.unsettled.take(["fair"])

    assert world.found(LANTERNS) == [("fair", 1)]


def test_a_copy_that_answers_is_given_what_it_lacks_and_nothing_is_held() -> None:
    world = World()
    world.node_2_misses(("fair", LANTERNS, 1))

    world.unsettled.take(["fair"])

    assert world.store.nodes[2].of_documents(["fair"])["fair"]
    assert (world.held.now.documents, world.held.bytes) == ({}, 0)


def test_where_a_copy_does_not_answer_the_document_is_found_all_the_same() -> None:
    world = World()
    world.node_2_misses(("fair", LANTERNS, 1))
    world.store.slow = {2}

    world.unsettled.take(["fair"])

    assert world.found(LANTERNS) == [("fair", 1)]
    assert world.store.nodes[2].of_documents(["fair"])["fair"] == []


def test_a_revision_that_the_asked_copy_missed_stands_in_place_of_the_old_one() -> None:
    world = World()
    world.store.store(a_story("fair", LANTERNS))
    world.node_2_misses(("fair", FERRY, 2))
    world.store.slow = {2}
    assert world.found(FERRY) == [("fair", 1)]

    world.unsettled.take(["fair"])

    assert world.found(FERRY) == [("fair", 2)]


def test_a_retraction_that_the_asked_copy_missed_is_not_found() -> None:
    world = World()
    world.store.store(a_story("fair", LANTERNS))
    world.node_2_misses(("fair", "", 2))
    world.store.slow = {2}

    world.unsettled.take(["fair"])

    assert world.found(LANTERNS) == []


def test_what_is_held_keeps_to_the_scope_of_the_question() -> None:
    world = World()
    world.store.away = {2}
    world.store.store(a_story("fair", LANTERNS), a_story("secret", LANTERNS, labels=("desk",)))
    world.unsettled.take(["fair", "secret"])

    assert world.found(LANTERNS) == [("fair", 1)]
    assert world.found(LANTERNS, scope=Scope(Filters(sources=("another",)))) == []
    assert sorted(world.found(LANTERNS, scope=Scope(labels=frozenset({"desk"})))) == [("fair", 1), ("secret", 1)]


def test_old_revisions_on_the_asked_copy_crowd_nobody_out() -> None:
    """Ten stale chunks stand before what a question of two chunks should find: the copy is asked deeper."""
    world = World()
    names = [f"fair-{number}" for number in range(10)]
    world.store.store(a_story("ferry", FERRY), *[a_story(name, LANTERNS) for name in names])
    world.node_2_misses(*[(name, "", 2) for name in names])
    world.store.slow = {2}
    world.unsettled.take(names)

    assert world.found(LANTERNS, limit=2) == [("ferry", 1)]


def test_a_copy_that_answers_again_ends_the_holding() -> None:
    world = World()
    world.node_2_misses(("fair", LANTERNS, 1))
    world.store.slow = {2}
    world.unsettled.take(["fair"])
    world.store.slow = set()

    world.now += unsettled.LONGEST_PAUSE_S
    world.unsettled.retry()

    assert not world.held.now.documents
    assert world.found(LANTERNS) == [("fair", 1)]


def test_a_copy_that_does_not_answer_is_asked_ever_more_rarely() -> None:
    world = World()
    world.store.slow = {2}
    for _ in range(120):
        world.now += 1.0
        world.store.store(a_story("fair", LANTERNS))
        world.unsettled.take(["fair"])
        world.unsettled.retry()

    assert 5 <= len(world.store.compared) <= 9


def test_what_was_not_settled_is_held_again_after_a_restart(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.node_2_misses(("fair", LANTERNS, 1))
    world.store.slow = {2}
    world.unsettled.take(["fair"])

    world.start()

    assert world.found(LANTERNS) == [("fair", 1)]


def test_the_file_of_names_does_not_grow_with_restarts(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.store.slow = {2}
    names = [f"fair-{number}" for number in range(100)]
    world.store.store(*[a_story(name, LANTERNS) for name in names])
    world.unsettled.take(names)
    for _ in range(30):
        world.start()

    assert len((tmp_path / FILE).read_text(encoding="utf-8").splitlines()) <= 2 * len(names) + SPARE + 1
    assert set(UnsettledNames(tmp_path).read()) == set(names)


def test_what_was_settled_is_not_asked_for_after_a_restart(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.node_2_misses(("fair", LANTERNS, 1))
    world.store.slow = {2}
    world.unsettled.take(["fair"])
    world.store.slow = set()
    world.now += unsettled.LONGEST_PAUSE_S
    world.unsettled.retry()
    asked = len(world.store.compared)

    world.start()

    assert len(world.store.compared) == asked


def test_a_name_behind_a_torn_line_is_read(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text('\n"fair"\n"fer', encoding="utf-8")
    names = UnsettledNames(tmp_path)
    names.add(['a "quoted"\nname'])

    assert UnsettledNames(tmp_path).read() == ["fair", 'a "quoted"\nname']


def test_the_file_of_names_does_not_grow_with_what_was_settled(tmp_path: Path) -> None:
    names = UnsettledNames(tmp_path)
    for number in range(3 * SPARE):
        names.add([f"fair-{number}"])
        names.settle(["always"])

    assert len((tmp_path / FILE).read_text(encoding="utf-8").splitlines()) <= SPARE + 3


def test_a_document_that_is_never_settled_holds_up_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unsettled, "PORTION", 2)
    world = World()
    world.store.slow = {2}
    for name in ("huge", "a", "b", "c"):
        world.store.store(a_story(name, LANTERNS))
        world.unsettled.take([name])
    world.store.slow = set()
    world.store.never = {"huge"}
    for _ in range(4):
        world.now += unsettled.LONGEST_PAUSE_S
        world.unsettled.retry()

    assert list(world.held.now.documents) == ["huge"]


def test_vectors_stay_within_their_bytes_and_what_found_no_room_is_said() -> None:
    world = World(most_bytes=10_000)
    world.store.slow = {2}
    names = [f"fair-{number}" for number in range(20)]
    world.store.store(*[a_story(name, LANTERNS) for name in names])
    world.unsettled.take(names)

    assert 0 < world.held.bytes <= 10_000
    assert not world.unsettled.complete
    assert set(world.held.left_out) | set(world.held.now.documents) == set(names)


def test_a_document_that_finds_no_room_is_settled_all_the_same() -> None:
    world = World(most_bytes=1)
    world.store.slow = {2}
    world.store.store(a_story("fair", LANTERNS))
    world.unsettled.take(["fair"])
    world.store.slow = set()
    world.now += unsettled.LONGEST_PAUSE_S
    world.unsettled.retry()

    assert world.unsettled.complete


def test_names_beyond_the_most_are_let_go_the_oldest_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unsettled, "MOST_NAMES", 2)
    world = World()
    world.store.slow = {2}
    for name in ("a", "b", "c"):
        world.store.store(a_story(name, LANTERNS))
        world.unsettled.take([name])

    assert list(world.held.now.documents) == ["b", "c"]


def test_vectors_of_another_encoder_take_the_place_of_those_held() -> None:
    world = World()
    world.node_2_misses(("fair", LANTERNS, 1))
    world.store.slow = {2}
    world.unsettled.take(["fair"])
    stored = world.store.written["fair"]
    world.store.written["fair"] = replace(stored, vectors=np.roll(stored.vectors, 1, axis=1))

    world.unsettled.read_again()

    ((_, vector),) = world.held.now.documents["fair"]
    assert np.array_equal(vector, world.store.written["fair"].vectors[0])


def ranked(found: Sequence[Candidate]) -> list[tuple[str, float]]:
    return [(candidate.document_id, round(candidate.score, 5)) for candidate in found]


def test_a_list_of_both_is_the_list_of_a_store_that_lacks_nothing() -> None:
    """Whatever part of the documents is held, and whatever the asked copy missed of it."""
    random = np.random.default_rng(7)
    words = ["harbour", "ferry", "lantern", "fair", "winter", "bridge", "library", "market", "tram", "council"]
    for _ in range(20):
        world, whole = World(), World()
        names = [f"d{number}" for number in range(30)]
        stories = [a_story(name, " ".join(random.choice(words, 6))) for name in names]
        missed = set(random.choice(names, 12, replace=False))
        whole.store.store(*stories)
        world.store.store(*[story for story in stories if story.document_id not in missed])
        world.store.away = {2}
        world.store.store(*[story for story in stories if story.document_id in missed])
        world.store.searched = 2
        world.unsettled.take(sorted(missed | set(names[:5])))

        vector = ENCODER.encode(["the lantern fair at the harbour"])[0]
        expected = ranked(whole.store.nearest(vector, limit=8, scope=Scope()))
        scores = [score for _, score in ranked(world.search.nearest(vector, limit=8, scope=Scope()))]
        assert scores == [score for _, score in expected]
