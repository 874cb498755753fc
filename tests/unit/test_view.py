"""The materialised view: it reads documents as the store has them, goes on from snapshots, and outlives faults."""

import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from services.retriever.indexes import bm25
from services.retriever.settings import RetrieverSettings
from services.retriever.view import MaterialisedView
from shared.memory.broker import MemoryBroker, MemoryTail
from shared.memory.chunks import MemoryChunks
from shared.messages import Chunk
from shared.records import Effect, RawRecord
from shared.scope import Scope
from shared.stored import Candidate, Passage, StoredRevision
from tests.builders import NOON, a_chunked_document, a_raw_record

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")  # one is meant to end
TOPIC = "announced"
SETTINGS = RetrieverSettings(index_memory_mib=16)


@dataclass
class Pages:
    """A SparseIndex that keeps passages by document and finds all of them."""

    offsets: Mapping[int, int] = field(default_factory=dict)
    held: dict[str, Sequence[Passage]] = field(default_factory=dict)

    @property
    def size(self) -> int:
        return sum(len(passages) for passages in self.held.values())

    def replace(self, document_id: str, passages: Sequence[Passage]) -> None:
        self.held[document_id] = passages

    def forget(self, before: datetime) -> None:
        self.held = {name: passages for name, passages in self.held.items() if passages[0].published_at >= before}

    def clear(self) -> None:
        self.held, self.offsets = {}, {}

    def commit(self, offsets: Mapping[int, int]) -> None:
        self.offsets = dict(offsets)

    def search(self, text: str, *, limit: int, scope: Scope) -> Sequence[Candidate]:  # noqa: ARG002
        return []


@dataclass
class FaultyTail(MemoryTail):
    """Announcements whose polls and seeks fail as often as told; an error that no view can outlive ends it."""

    broker: MemoryBroker
    faults: list[BaseException] = field(default_factory=list)
    lost: list[BaseException] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(self.broker, TOPIC)

    def poll(self, limit: int, wait_s: float) -> Sequence[RawRecord]:
        records = super().poll(limit, wait_s)
        if records and self.faults:
            raise self.faults.pop(0)  # after they were taken: they must be read again
        return records

    def seek(self, offsets: Mapping[int, int]) -> bool:
        if self.lost:
            raise self.lost.pop(0)
        return super().seek(offsets)


@dataclass
class World:
    """A store, its announcements, and views over them."""

    broker: MemoryBroker = field(default_factory=MemoryBroker)
    chunks: MemoryChunks = field(default_factory=MemoryChunks)

    def put(self, document_id: str, revision: int = 1, text: str = "The ferry sails.") -> None:
        """Store a revision, then announce it."""
        made = a_chunked_document(
            document_id=document_id, revision=revision, chunks=(Chunk(position=0, text=text),) if text else ()
        )
        vectors = np.ones((len(made.chunks), 2), dtype=np.float32)
        self.chunks.write(Effect(StoredRevision(made, vectors, NOON), a_raw_record(b"")))
        self.chunks.flush()
        self.broker.append(TOPIC, document_id.encode(), b"announcement")

    def view(self, *indexes: Pages | bm25.Bm25, tail: MemoryTail | None = None) -> MaterialisedView:
        return MaterialisedView(tail or MemoryTail(self.broker, TOPIC), self.chunks, indexes)


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def stopping() -> Iterator[threading.Event]:
    event = threading.Event()
    yield event
    event.set()


def found(index: bm25.Bm25, word: str) -> list[str]:
    return [candidate.document_id for candidate in index.search(word, limit=9, scope=Scope())]


def test_a_view_holds_documents_as_the_store_has_them(world: World) -> None:
    pages = Pages()
    view = world.view(pages)
    world.put("a", 1)
    world.put("b", 1)
    world.put("a", 2, text="The ferry is cancelled.")
    world.put("b", 2, text="")
    view.catch_up()

    assert {name: [passage.revision for passage in passages] for name, passages in pages.held.items()} == {
        "a": [2],
        "b": [],
    }
    assert view.reach(view.ends(), 0.0)


@pytest.mark.parametrize("key", [None, b"", b"\xff\xfe", b"k" * 100_000])
def test_an_announcement_under_a_key_that_names_no_document_is_passed_over(world: World, key: bytes | None) -> None:
    pages = Pages()
    view = world.view(pages)
    world.broker.append(TOPIC, key, b"announcement")
    world.put("a")
    view.catch_up()

    assert "a" in pages.held
    assert all(0 < len(name) <= 512 for name in pages.held)
    assert view.reach(view.ends(), 0.0)


def test_a_question_whose_time_is_over_still_gets_what_is_there(world: World) -> None:
    view = world.view(Pages())
    world.put("a")

    assert view.reach(view.ends(), 0.0)


def test_a_view_goes_on_from_its_snapshot(world: World) -> None:
    first = Pages()
    world.put("a")
    world.view(first).catch_up()
    world.put("b")
    second = Pages(first.offsets)
    world.view(second).catch_up()

    assert set(second.held) == {"b"}


@pytest.mark.parametrize("offsets", [[{0: 9, 1: 0}] * 2, [{0: 1, 1: 0}, {0: 0, 1: 0}], [{0: 0}] * 2], ids=str)
def test_snapshots_that_do_not_fit_are_begun_anew(world: World, offsets: list[dict[int, int]]) -> None:
    indexes = [Pages(partition_offsets, {"of before": []}) for partition_offsets in offsets]
    world.put("a")
    world.view(*indexes).catch_up()

    assert all(set(index.held) == {"a"} for index in indexes)


def test_a_followed_view_outlives_faults_and_reads_again_what_it_had_in_hand(
    world: World, stopping: threading.Event
) -> None:
    pages = Pages()
    tail = FaultyTail(world.broker, [ConnectionError("away"), OSError("away")])
    view = world.view(pages, tail=tail)
    tail.lost += [ConnectionError("the broker is away as well")] * 2
    world.put("a")
    view.follow(stopping, pause_s=0.0)

    assert view.reach(view.ends(), 30.0)
    assert set(pages.held) == {"a"}
    assert (tail.faults, tail.lost) == ([], [])


def test_a_view_that_nothing_follows_any_more_says_so_at_once(world: World, stopping: threading.Event) -> None:
    view = world.view(Pages(), tail=FaultyTail(world.broker, [SystemExit()]))
    world.put("a")
    view.follow(stopping, pause_s=0.0)

    with pytest.raises(RuntimeError, match="nothing follows"):
        view.reach(view.ends(), 30.0)


def a_snapshot(world: World, folder: Path) -> None:
    for number in range(30):
        world.put(f"d{number}", text=f"word{number} sails.")
    world.view(bm25.build(SETTINGS, folder)).catch_up()
    world.put("d3", 2, text="")
    world.view(bm25.build(SETTINGS, folder)).catch_up()


@pytest.mark.parametrize(
    "kind", ["idx", "term", "pos", "store", "fast", "fieldnorm", "del", "meta.json", "managed.json"]
)
@pytest.mark.parametrize("how", ["cut", "overwritten", "gone"])
def test_a_damaged_snapshot_is_built_anew_and_never_searched(world: World, tmp_path: Path, kind: str, how: str) -> None:
    a_snapshot(world, tmp_path)
    for file in tmp_path.glob(f"*{kind}"):
        whole = file.read_bytes()
        half = len(whole) // 2
        file.unlink()  # whoever has it mapped keeps what was there
        file.write_bytes(whole[:half] if how == "cut" else bytes(byte ^ 0x5A for byte in whole[:half]) + whole[half:])
        if how == "gone":
            file.unlink()
    index = bm25.build(SETTINGS, tmp_path)
    if (kind, how) != ("managed.json", "gone"):  # tantivy does without
        assert index.size == 0
    world.view(index).catch_up()

    assert index.size == 29
    assert [found(index, f"word{number}") for number in (2, 3, 4)] == [["d2"], [], ["d4"]]


def test_a_whole_snapshot_is_gone_on_with(world: World, tmp_path: Path) -> None:
    a_snapshot(world, tmp_path)
    index = bm25.build(SETTINGS, tmp_path)

    assert index.size == 29
    assert found(index, "word4") == ["d4"]


def test_a_snapshot_that_another_process_writes_is_left_alone_even_where_it_looks_damaged(
    world: World, tmp_path: Path
) -> None:
    living = bm25.build(SETTINGS, tmp_path)
    view = world.view(living)
    world.put("a", text="The ferry sails.")
    view.catch_up()
    next(tmp_path.glob("*.store")).write_bytes(b"half written")
    second = bm25.build(SETTINGS, tmp_path)

    assert next(tmp_path.glob("*.store")).read_bytes() == b"half written"
    assert second.size == 0
