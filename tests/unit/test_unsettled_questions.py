"""Whole retrievers over a store of three copies: a question that comes after an announcement finds its document."""

from pathlib import Path

import pytest

from services.retriever.assembly import retriever
from services.retriever.recipes import RetrieveByContest
from services.retriever.settings import RetrieverSettings
from shared import topology
from shared.memory.broker import MemoryBroker, MemoryTail
from shared.messages import EvidenceFound
from shared.retention import Retention
from tests.builders import NOON, a_question, a_record
from tests.copied import ENCODER, ThreeCopies, a_story

LANTERNS, FERRY = "The lantern fair moves to the old harbour.", "The night ferry stops running in winter."


class World:
    """A retriever by one search, its announcements, and three copies of which the third is asked."""

    def __init__(self, search: str, folder: Path | None = None) -> None:
        self.store, self.broker = ThreeCopies(searched=2), MemoryBroker()
        self.settings = RetrieverSettings(search=search, wait_s=0.0, index_memory_mib=16)
        self.folder = folder
        self.start()

    def start(self) -> None:
        """As after a restart."""
        self.retrieve, self.view = retriever(
            self.settings,
            encode=ENCODER.encode,
            encoder=ENCODER.name,
            chunks=self.store,
            copied=self.store,
            announcements=MemoryTail(self.broker, topology.INDEXED.name),
            folder=self.folder,
            keep=Retention(now=lambda: NOON),
        )

    def publish(self, name: str, text: str, revision: int = 1, *, missed: bool = True) -> None:
        """Store a revision, which the third copy may miss, and announce it."""
        self.store.away = {2} if missed else set()
        self.store.store(a_story(name, text, revision))
        self.store.away = set()
        self.broker.append(topology.INDEXED.name, name.encode(), b"")

    def ask(self, text: str) -> EvidenceFound:
        (done,) = RetrieveByContest.alone(self.retrieve)([a_record(a_question(text=text))])
        return done.outcome


SEARCHES = ("dense", "weighted", "rrf")


@pytest.mark.parametrize("search", SEARCHES)
@pytest.mark.parametrize("slow", [set(), {2}], ids=["every copy answers", "a copy is slow"])
def test_a_question_finds_what_was_announced_before_it(search: str, slow: set[int]) -> None:
    world = World(search)
    world.store.slow = slow
    world.publish("fair", LANTERNS)

    evidence = world.ask("Where is the lantern fair?")

    assert [item.document_id for item in evidence.items] == ["fair"]
    assert not evidence.stale


@pytest.mark.parametrize("search", SEARCHES)
@pytest.mark.parametrize("slow", [set(), {2}], ids=["every copy answers", "a copy is slow"])
def test_a_question_finds_the_revision_and_never_the_retracted(search: str, slow: set[int]) -> None:
    world = World(search)
    world.publish("fair", LANTERNS, missed=False)
    world.publish("ferry", FERRY, missed=False)
    world.ask("a question in between")
    world.store.slow = slow
    world.publish("fair", f"{LANTERNS} It ends at noon.", 2)
    world.publish("ferry", "", 2)

    evidence = world.ask("Where is the lantern fair, and when does the ferry stop?")

    assert [item.chunk_id for item in evidence.items] == ["fair:2:0"]


def test_an_old_revision_on_a_copy_that_nobody_repaired_is_given_the_new_one() -> None:
    """It was announced long ago: the search runs into it, sees that it moved, and has it settled."""
    world = World("dense")
    world.publish("fair", LANTERNS, missed=False)
    world.ask("a question in between")
    world.store.away = {2}
    world.store.store(a_story("fair", f"{LANTERNS} It ends at noon.", 2))
    world.store.away = set()

    evidence = world.ask("Where is the lantern fair?")

    assert [item.chunk_id for item in evidence.items] == ["fair:2:0"]
    assert [passage.revision for passage in world.store.nodes[2].of_documents(["fair"])["fair"]] == [2]


def test_where_there_is_no_room_evidence_says_that_it_is_stale(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.retriever.assembly.MiB", 1)
    world = World("dense")
    world.store.slow = {2}
    world.publish("fair", LANTERNS)

    assert world.ask("Where is the lantern fair?").stale


def test_a_retriever_that_goes_on_from_its_snapshot_holds_what_it_held(tmp_path: Path) -> None:
    world = World("weighted", tmp_path)
    world.store.slow = {2}
    world.publish("fair", LANTERNS)
    world.ask("a question before the restart")
    world.start()

    hit = world.ask("Where is the lantern fair?").items[0]

    assert (hit.document_id, "dense" in hit.found_by) == ("fair", True)


def test_with_one_copy_nothing_is_compared_and_dense_search_waits_for_nothing() -> None:
    world = World("dense")
    world.store.copies = 1
    world.start()
    world.publish("fair", LANTERNS, missed=False)

    world.ask("Where is the lantern fair?")

    assert world.store.compared == []
    assert world.view.ends() == {}
