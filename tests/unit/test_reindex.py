"""Moving to another encoder in memory: filling, comparing, switching, dropping, and being cut off at any point."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from services.console import jobs
from services.console.app import build
from services.embedder.comparison import compare, sampled
from services.embedder.encoders import EncodersInUse
from services.embedder.handler import Embed, Embedded, announced
from services.embedder.migration import Migration, Side, lacking, newest
from services.embedder.switch import EncoderSwitch, drop, migrate
from services.embedder.tables import Tables
from services.retriever.assembly import retriever
from services.retriever.recipes import RetrieveByContest
from services.retriever.serving import Serving
from services.retriever.settings import RetrieverSettings
from shared import encoding, topology
from shared.encoding import Encoder
from shared.jobs.reindex import (
    JOB,
    EncoderComparison,
    EncodersCompared,
    EncoderStanding,
    ReindexDone,
    ReindexEvent,
    Shares,
    StoreStanding,
)
from shared.memory.broker import MemoryBroker, MemoryDeadLetters, MemorySink, MemorySource, MemoryTail
from shared.memory.chunks import MemoryChunks
from shared.messages import Chunk, DocumentIndexed, EncoderChoice, EncodersAnnounced, EvidenceFound
from shared.records import InvalidMessageError
from shared.runner import Runner
from shared.settings import EncoderSettings
from shared.stored import Vector
from tests.builders import NOON, a_chunked_document, a_question

OLD, NEW = (EncoderSettings(variant="hashing", dimensions=size) for size in (64, 300))
OF_NEW = encoding.choice_of(NEW)
STORIES = {
    "trams": "The third tram line opens in spring.",
    "locks": "The lock gates are built upstream.",
    "fair": "The lantern fair moves to the old harbour.",
}


@dataclass
class Encodes:
    """An encoder of the new one's name that does what a test says."""

    of: Callable[[Sequence[str]], Vector]
    max_tokens: int | None = None
    name: str = "hashing-300"
    dimensions: int = 300

    def encode(self, texts: Sequence[str]) -> Vector:
        return self.of(texts)


class InTurn(Executor):
    """Does the work when it is asked for, so that a test needs no waiting."""

    def submit(self, work: Callable[..., Any], /, *given: Any, **named: Any) -> "Future[Any]":
        done: Future[Any] = Future()
        try:
            done.set_result(work(*given, **named))
        except Exception as error:  # as a pool's worker keeps it
            done.set_exception(error)
        return done


@dataclass
class Group:
    """What is known from outside of embedder's group."""

    broker: MemoryBroker

    def ends(self) -> Mapping[int, int]:
        return MemoryTail(self.broker, topology.CHUNKS.name).ends()

    def committed(self) -> Mapping[int, int]:
        name = topology.CHUNKS.name
        return {place: self.broker.committed["embedder", name, place] for place in range(self.broker.partitions)}


@dataclass
class World:
    """Embedder and retriever over one broker, with a table for each encoder."""

    broker: MemoryBroker = field(default_factory=lambda: MemoryBroker(now=lambda: NOON))
    tables: dict[str, MemoryChunks] = field(default_factory=dict)
    events: list[ReindexEvent] = field(default_factory=list)
    load: Callable[[EncoderSettings], Encoder] = encoding.build

    def __post_init__(self) -> None:
        self.start()

    def start(self) -> None:
        """Both services begin anew, as after a restart."""
        self.embedder, self.retriever = self._embedder(), self._retriever()

    def announced(self) -> Mapping[str, EncodersAnnounced]:
        records = self.broker.records(topology.ENCODERS.name)
        return {"chunks": EncodersAnnounced.model_validate_json(records[-1].value or b"")} if records else {}

    def table(self, encoder: str) -> MemoryChunks:
        return self.tables.setdefault(encoder, MemoryChunks())

    def switch(self) -> EncoderSwitch:
        return EncoderSwitch(self.announced(), OLD, partial(self.broker.publish, topology.ENCODERS), lambda: NOON)

    def publish(self, document_id: str, text: str, **changes: Any) -> None:
        chunks = (Chunk(position=0, text=text),) if text else ()
        about: dict[str, Any] = {"document_id": document_id, "title": document_id, "chunks": chunks} | changes
        self.broker.publish(topology.CHUNKS, a_chunked_document(**about))

    def embed(self) -> None:
        while self.embedder.run_once():
            pass

    def ask(self, text: str) -> EvidenceFound:
        self.broker.publish(topology.QUESTIONS, a_question(question_id=text, text=text))
        while self.retriever.run_once():
            pass
        messages = [
            EvidenceFound.model_validate_json(record.value or b"") for record in self.broker.records("qa.evidence.v1")
        ]
        return next(evidence for evidence in messages[::-1] if evidence.question.text == text)

    def indexed(self) -> Iterator[DocumentIndexed]:
        for record in self.broker.records(topology.INDEXED.name):
            yield DocumentIndexed.model_validate_json(record.value or b"")

    def migration(self, old_choice: EncoderChoice, new_choice: EncoderChoice, **changes: Any) -> Migration:
        ports: dict[str, Any] = {
            "old": self._side(old_choice), "new": self._side(new_choice),
            "indexed": self.indexed, "embedder": Group(self.broker),
            "count_tokens": None, "now": lambda: NOON, "pause": lambda: None, "say": self.events.append, "pauses": 3,
        }  # fmt: skip
        return Migration(**ports | changes)

    def migrate(self, target: EncoderChoice = OF_NEW, **changes: Any) -> bool:
        options: dict[str, Any] = {"make": self.migration, "make_table": lambda _: None, "permitted_loss": 0.05}
        return migrate(self.switch(), target, **options | changes)

    def _side(self, choice: EncoderChoice) -> Side:
        return Side(self.load(encoding.settings_of(choice, OLD)), self.table(choice.name))

    def _embedder(self) -> Runner[Embedded]:
        encoders = EncodersInUse(self.announced, OLD, self.load)
        source = MemorySource(self.broker, [topology.CHUNKS], "embedder")
        tell = MemorySink[Embedded](self.broker, topology.INDEXED, lambda made: announced(made, now=lambda: NOON))
        letters = MemoryDeadLetters(self.broker, "embedder")
        return Runner("embedder", source, Embed(encoders, lambda: NOON), [Tables(self.table), tell], letters)

    def _retriever(self) -> Runner[EvidenceFound]:
        serving = Serving(self.announced, OLD, self.table, self.load, InTurn())
        handle, view = retriever(
            RetrieverSettings(search="dense", rankers="unchanged"),
            encode=serving.encoder.encode,
            encoder=serving.encoder.name,
            chunks=serving,
            announcements=MemoryTail(self.broker, topology.INDEXED.name),
        )
        view.catch_up()
        source = MemorySource(self.broker, [topology.QUESTIONS], "retriever")
        sink = MemorySink[EvidenceFound](self.broker, topology.EVIDENCE, lambda evidence: [evidence])
        return Runner(
            "retriever",
            source,
            serving.before(RetrieveByContest.alone(handle)),
            [sink],
            MemoryDeadLetters(self.broker, "retriever"),
        )


@pytest.fixture
def world() -> World:
    world = World()
    for name, text in STORIES.items():
        world.publish(name, text)
    world.embed()
    return world


def lacks(world: World, choice: EncoderChoice) -> int:
    return lacking(newest(world.indexed()), world.table(choice.name))


def test_where_nothing_was_announced_the_configured_encoder_serves(world: World) -> None:
    assert world.ask("tram line").encoder == "hashing-64"
    assert set(world.tables) == {"hashing-64"}
    assert {announcement.encoders for announcement in world.indexed()} == {("hashing-64",)}


def test_an_announcement_under_another_key_says_nothing_of_encoders() -> None:
    said = EncodersAnnounced(serving=encoding.choice_of(NEW), announced_at=NOON)
    announced = {"another": said, "chunks": said.model_copy(update={"serving": encoding.choice_of(OLD)})}

    assert [choice.name for choice in encoding.in_use(announced, OLD)] == ["hashing-64"]
    assert [choice.name for choice in encoding.in_use({"another": said}, OLD)] == ["hashing-64"]


def test_a_migration_fills_compares_and_switches(world: World) -> None:
    assert world.migrate()

    assert lacks(world, OF_NEW) == 0
    assert world.announced()["chunks"].serving == OF_NEW
    (compared,) = [event for event in world.events if isinstance(event, EncodersCompared)]
    assert compared.comparison.recall_of_index == Shares(old=1.0, new=1.0)
    evidence = world.ask("lantern fair")
    assert evidence.encoder == "hashing-300"
    assert evidence.items[0].document_id == "fair"


def test_while_it_fills_news_is_written_for_both_and_the_old_one_answers(world: World) -> None:
    world.migrate(stay=True)
    world.publish("rain", "Rain until Thursday.")
    world.embed()

    assert world.ask("rain").encoder == "hashing-64"
    assert lacks(world, OF_NEW) == 0
    assert list(world.indexed())[-1].encoders == ("hashing-64", "hashing-300")


def test_what_embedder_began_before_it_heard_is_filled_afterwards(world: World) -> None:
    world.migrate(stay=True)
    deaf = EncodersInUse(dict, OLD)
    world.embedder.handle = Embed(deaf, lambda: NOON)
    world.publish("trams", "The third tram line opens in autumn.", revision=2)
    world.publish("locks", "", revision=2, retracted=True)
    world.publish("rain", "Rain until Thursday.")
    pause: list[Callable[[], None]] = [world.embed]

    migration = world.migration(encoding.choice_of(OLD), OF_NEW, pause=lambda: pause.pop()() if pause else None)

    assert migration.settle()
    assert lacks(world, OF_NEW) == 0
    there = world.table("hashing-300").of_documents(["trams", "locks", "rain"])
    assert [[passage.revision for passage in passages] for passages in there.values()] == [[2], [], [1]]


def test_what_an_announcement_leaves_out_is_moved_from_the_old_table(world: World) -> None:
    world.publish(
        "minutes", "The board buys a pier.", title="Minutes", source="Board", tags=("buy",), labels=("board",)
    )
    world.embed()
    assert [said.title for said in world.indexed() if said.document_id == "minutes"] == [""]

    world.migrate()
    [passage] = world.table("hashing-300").of_documents(["minutes"])["minutes"]

    assert (passage.title, passage.source, passage.tags, passage.labels) == ("Minutes", "Board", ("buy",), ("board",))


def test_an_embedder_that_does_not_get_so_far_is_told_of(world: World) -> None:
    world.publish("rain", "Rain until Thursday.")

    assert not world.migration(encoding.choice_of(OLD), OF_NEW).settle()


def test_an_older_revision_never_overwrites_a_newer_one(world: World) -> None:
    world.migrate(stay=True)
    world.publish("trams", "The third tram line is given up.", revision=2)
    world.embed()
    late = [
        announcement
        for announcement in world.indexed()
        if announcement.document_id == "trams" and announcement.revision == 1
    ]

    assert world.migration(encoding.choice_of(OLD), OF_NEW, indexed=lambda: late).fill() == 0
    assert world.table("hashing-300").of_documents(["trams"])["trams"][0].revision == 2


class CutError(Exception):
    """The job is ended."""


@pytest.mark.parametrize("after", range(1, 12))
def test_a_job_that_is_ended_anywhere_is_run_again_to_the_same_end(world: World, after: int) -> None:
    steps = iter(range(after))

    def mortal(settings: EncoderSettings) -> Encoder:
        encoder = encoding.build(settings)

        def encode(texts: Sequence[str]) -> Vector:
            if next(steps, None) is None:
                raise CutError
            return encoder.encode(texts)

        return Encodes(encode, None, encoder.name, encoder.dimensions)

    world.load = mortal
    with suppress(CutError):
        world.migrate()
    world.load = encoding.build
    world.start()
    world.ask("tram line")
    world.migrate()

    assert world.announced()["chunks"].serving == OF_NEW
    assert lacks(world, OF_NEW) == 0


def test_services_that_start_after_the_switch_serve_the_new_encoder_whatever_is_configured(world: World) -> None:
    world.migrate()
    world.start()
    world.publish("rain", "Rain until Thursday.")
    world.embed()

    evidence = world.ask("rain")
    assert (evidence.encoder, evidence.items[0].document_id) == ("hashing-300", "rain")
    assert list(world.indexed())[-1].encoders == ("hashing-300", "hashing-64")


def test_a_switch_may_be_taken_back_as_long_as_the_old_table_stands(world: World) -> None:
    world.migrate()
    world.publish("rain", "Rain until Thursday.")
    world.embed()
    world.migrate(encoding.choice_of(OLD))

    evidence = world.ask("rain")
    assert (evidence.encoder, evidence.items[0].document_id) == ("hashing-64", "rain")


def test_dropping_ends_the_writing_first(world: World) -> None:
    world.migrate()
    order: list[str] = []

    dropped = drop(world.switch(), drop_table=order.append, settle=lambda: order.append("embedder is through"))

    assert dropped.name == "hashing-64"
    assert order == ["embedder is through", "hashing-64"]
    world.publish("rain", "Rain until Thursday.")
    world.embed()
    assert list(world.indexed())[-1].encoders == ("hashing-300",)
    with pytest.raises(ValueError, match="nothing to drop"):
        world.switch().leave()


def test_a_drop_that_was_cut_off_is_run_again(world: World) -> None:
    world.migrate()

    def cut(_: str) -> None:
        raise CutError

    with pytest.raises(CutError):
        drop(world.switch(), drop_table=cut, settle=lambda: None)
    dropped: list[str] = []
    drop(world.switch(), drop_table=dropped.append, settle=lambda: None)

    assert dropped == ["hashing-64"]
    assert world.announced()["chunks"].leaving is None


def test_an_idle_retriever_whose_table_was_dropped_asks_the_new_one_first(world: World) -> None:
    world.migrate()
    drop(world.switch(), drop_table=world.tables.__delitem__, settle=lambda: None)

    assert world.ask("lantern fair").encoder == "hashing-300"


def test_an_encoder_that_cannot_be_loaded_beside_does_not_stop_the_news(world: World) -> None:
    def only_old(settings: EncoderSettings) -> Encoder:
        if settings.dimensions == 300:
            raise ValueError("no such model here")
        return encoding.build(settings)

    world.migrate(stay=True)
    world.load = only_old
    world.start()
    world.publish("rain", "Rain until Thursday.")
    world.embed()
    world.switch().serve(OF_NEW)

    assert list(world.indexed())[-1].encoders == ("hashing-64",)
    assert lacks(world, OF_NEW) == 1
    assert world.ask("rain").encoder == "hashing-64"


def test_an_encoder_that_fails_beside_is_left_out_of_the_announcement(world: World) -> None:
    def refuse(_: Sequence[str]) -> Vector:
        raise InvalidMessageError("not these")

    world.migrate(stay=True)
    good = encoding.build(OLD)
    world.embedder.handle = Embed(lambda: [good, Encodes(refuse)], lambda: NOON)
    world.publish("rain", "Rain until Thursday.")
    world.embed()

    assert list(world.indexed())[-1].encoders == ("hashing-64",)
    assert world.broker.records(topology.CHUNKS.dead) == []


def migrate_to(world: World, encoder: Encoder, **ports: Any) -> bool:
    side = Side(encoder, world.table(encoder.name))
    return world.migrate(make=lambda old, _: world.migration(old, OF_NEW, new=side, **ports))


def test_passages_longer_than_the_new_encoder_reads_are_refused_before_anything_is_made(world: World) -> None:
    short = Encodes(encoding.build(NEW).encode, max_tokens=5)

    with pytest.raises(ValueError, match=r"has \d+ tokens and hashing-300 reads 5"):
        migrate_to(world, short, count_tokens=lambda texts: [len(text.split()) for text in texts])
    assert world.announced() == {}


def test_what_the_new_encoder_cannot_encode_stops_the_switch(world: World) -> None:
    zero = Encodes(lambda texts: np.zeros((len(texts), 300), dtype=np.float32))

    with pytest.raises(ValueError, match=r"cannot encode \w+, \w+, \w+"):
        migrate_to(world, zero)
    assert world.announced()["chunks"].serving.name == "hashing-64"


def test_an_encoder_that_finds_too_much_less_is_not_switched_to(world: World) -> None:
    for number in range(30):
        world.publish(f"story {number}", f"story {number} has its own words")
    world.embed()
    blind = Encodes(lambda texts: np.full((len(texts), 300), 300**-0.5, dtype=np.float32))

    with pytest.raises(ValueError, match="titles find their own document"):
        migrate_to(world, blind)
    assert world.announced()["chunks"].serving.name == "hashing-64"


def test_nothing_that_not_everyone_may_see_is_asked_for(world: World) -> None:
    world.publish("secret", "The secret lock.", labels=("board",))
    world.embed()

    assert {query.text for query in sampled(newest(world.indexed()))} == set(STORIES)


def test_a_comparison_of_nothing_is_nothing() -> None:
    empty = Side(encoding.build(OLD), MemoryChunks())

    assert compare(empty, empty, []).own_document == Shares(old=None, new=None)


def test_steps_that_may_not_follow_are_refused_and_say_what_may(world: World) -> None:
    switch = world.switch()
    other = EncoderChoice(name="hashing-100", variant="hashing", dimensions=100)
    same_name = EncoderChoice(name="hashing-64", variant="onnx", dimensions=64)

    with pytest.raises(ValueError, match="Rename"):
        switch.refuse(same_name, lambda name: name)
    with pytest.raises(ValueError, match="share a table"):
        switch.refuse(other, lambda _: "chunks")
    with pytest.raises(ValueError, match="TILTYARD_ENCODER_"):
        switch.believe({"all-MiniLM-L6-v2"})
    switch.fill(OF_NEW)
    with pytest.raises(ValueError, match="--drop-old"):
        switch.refuse(other, lambda name: name)
    switch.leave()
    with pytest.raises(ValueError, match="being dropped"):
        switch.refuse(OF_NEW, lambda name: name)


def test_a_program_reads_the_depth_in_the_names_and_only_what_is_known(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shares = Shares(old=1.0, new=0.5)
    comparison = EncoderComparison(queries=3, overlap=0.25, own_document=shares, recall_of_index=shares)
    serving = EncoderStanding(name="b", variant="hashing", model="", precision="fp32", dimensions=300, lacks=0)
    standing = StoreStanding(
        settled=False, documents=3, serving=serving, beside=None, leaving=None, since="2025-03-23T12:00:00+00:00"
    )
    events: list[ReindexEvent] = [EncodersCompared(comparison=comparison), ReindexDone(standing=standing)]
    lines = [json.loads(event.model_dump_json()) for event in events]
    monkeypatch.setattr(jobs, "run", lambda *_: iter(JOB.read(line) for line in lines))

    shown = CliRunner().invoke(build(), ["reindex", "--json"]).stdout
    assert json.loads(shown) == {
        "phase": "done",
        "compared": {
            "queries": 3,
            "overlap@10": 0.25,
            "own_document@10": {"old": 1.0, "new": 0.5},
            "recall_of_index@10": {"old": 1.0, "new": 0.5},
        },
        "settled": False,
        "documents": 3,
        "serving": {
            "name": "b", "variant": "hashing", "model": "", "precision": "fp32", "dimensions": 300, "lacks": 0,
        },
        "beside": None,
        "leaving": None,
        "since": "2025-03-23T12:00:00+00:00",
    }  # fmt: skip
    assert CliRunner().invoke(build(), ["reindex"]).stdout.splitlines() == [
        "queries: 3",
        "overlap@10: 0.25",
        "own_document@10: old 1.0, new 0.5",
        "recall_of_index@10: old 1.0, new 0.5",
        "serving: b (300 dimensions), lacks 0 of 3 documents",
        "embedder did not get through what lay before it; run this again once it has",
    ]
