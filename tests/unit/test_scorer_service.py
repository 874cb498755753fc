"""What surrounds the desk: turns, the table, progress as the broker sees it, and the broker's security."""

import asyncio
from collections.abc import Awaitable
from typing import Any

import pytest

from services.scorer.app import Consumer
from services.scorer.join import Join
from services.scorer.progress import Place, Reach, StalledError, Watch, read_through
from services.scorer.security import security
from services.scorer.table import TableJoins
from services.scorer.turns import Turns, raw_record
from shared.kafka.client import UnreachableError
from shared.records import Position, RawRecord
from tests.builders import NOON, a_question

JOIN = Join(partition=1, first_at=NOON, question=a_question(), asked_at=NOON)
P0, P1 = Place("questions", 0), Place("answers", 1)


class FakeTable:
    """A table whose broker acknowledges when told to."""

    def __init__(self) -> None:
        self.data: dict[bytes, bytes] = {}
        self.sent: list[tuple[int, bytes, bytes | None]] = []
        self.acknowledged = asyncio.Event()

    def send_changelog(self, partition: int, key: bytes, value: bytes | None) -> Awaitable[object]:
        self.sent.append((partition, key, value))
        return self.acknowledged.wait()


class FakeMessage:
    topic, partition, offset, key, value = "answers", 1, 7, b"q-1", b"{}"
    timestamp, headers = NOON.timestamp(), [("traceparent", b"t")]


class FakeEvent:
    def __init__(self) -> None:
        self.message = FakeMessage()
        self.acked = False

    def ack(self) -> None:
        self.acked = True


class FakeDesk:
    """A desk that turns every batch into one change, or breaks."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.batches: list[int] = []

    def take(self, records: list[RawRecord], _: object) -> dict[str, Join]:
        self.batches.append(len(records))
        if self.error:
            raise self.error
        return {"q-1": JOIN}

    def waits_for(self, _: object) -> bool:
        return True

    def expire(self, _: object, partitions: set[int]) -> dict[str, None]:
        return {"q-1": None} if 1 in partitions else {}


def turns_over(desk: Any, table: FakeTable) -> Turns:
    return Turns(desk, TableJoins(table), batch=2)


async def a_moment() -> None:
    await asyncio.sleep(0.05)


def test_events_are_acknowledged_only_after_the_changelog_has_their_change() -> None:
    async def scene() -> None:
        table, event = FakeTable(), FakeEvent()
        turns = turns_over(FakeDesk(), table)
        running = asyncio.create_task(turns.run())
        await turns.inbox.put(event)
        await a_moment()
        assert table.sent
        assert not event.acked

        table.acknowledged.set()
        await a_moment()
        assert event.acked
        running.cancel()

    asyncio.run(scene())


def test_what_is_waiting_is_taken_in_one_turn_up_to_the_batch() -> None:
    async def scene() -> list[int]:
        table, desk = FakeTable(), FakeDesk()
        table.acknowledged.set()
        turns = turns_over(desk, table)
        for _ in range(5):
            turns.inbox.put_nowait(FakeEvent())
        running = asyncio.create_task(turns.run())
        await a_moment()
        running.cancel()
        return desk.batches

    assert asyncio.run(scene()) == [2, 2, 1]


def test_an_error_at_the_desk_ends_the_loop_and_acknowledges_nothing() -> None:
    async def scene() -> FakeEvent:
        event = FakeEvent()
        turns = turns_over(FakeDesk(ConnectionError("gone")), FakeTable())
        turns.inbox.put_nowait(event)
        with pytest.raises(ConnectionError):
            await turns.run()
        return event

    assert not asyncio.run(scene()).acked


def test_what_is_forgotten_is_deleted_in_the_partition_it_was_kept_in() -> None:
    async def scene() -> FakeTable:
        table = FakeTable()
        table.acknowledged.set()
        joins = TableJoins(table)
        await joins.keep(joins.entries({"q-1": JOIN}))
        await turns_over(FakeDesk(), table).expire(NOON, {1})
        await joins.keep(joins.entries({"never-seen": None}))
        return table

    table = asyncio.run(scene())
    assert table.sent[1:] == [(1, b"q-1", None)]
    assert table.data == {}


def test_the_table_gives_back_what_it_was_given_and_drops_other_scorers_joins() -> None:
    async def scene() -> TableJoins:
        table = FakeTable()
        table.acknowledged.set()
        joins = TableJoins(table)
        await joins.keep(joins.entries({"q-1": JOIN, "q-2": JOIN.model_copy(update={"partition": 2})}))
        return joins

    joins = asyncio.run(scene())
    assert joins.get("q-1") == JOIN
    assert joins.get("q-3") is None
    assert joins.of({1}) == {"q-1": JOIN}
    assert joins.get("q-2") is None


def test_a_faust_message_becomes_a_record() -> None:
    record = raw_record(FakeMessage())

    assert record.position == Position("answers", 1, 7)
    assert record.appended_at == NOON
    assert record.headers == {"traceparent": b"t"}


def test_a_partition_is_read_through_when_all_its_topics_are() -> None:
    answers_0 = Place("answers", 0)

    assert read_through({P0: Reach(5, 5), answers_0: Reach(4, 5), P1: Reach(9, 9)}) == {1}
    assert read_through({}) == set()


class Rewound(Consumer):
    """A consumer without a broker that writes down where it was put."""

    def __init__(self) -> None:
        self.places: dict[Place, int] = {}

    async def earliest_offsets(self, *partitions: Any) -> dict[Any, int]:
        return dict.fromkeys(partitions, 3)

    async def seek(self, partition: Any, offset: int) -> None:
        self.places[partition] = offset


@pytest.mark.parametrize("nothing", [None, 0])
def test_a_partition_of_which_nothing_is_committed_is_read_from_its_beginning(
    nothing: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Faust drops what it fetched while a table recovered, and aiokafka would go back nowhere."""
    new, known, changelog = Place("qa.references.v1", 1), Place("qa.answers.v1", 1), Place("joins-changelog", 1)

    async def committed(_: object) -> dict[Place, int | None]:
        return {new: nothing, known: 7, changelog: None}

    monkeypatch.setattr("faust.transport.drivers.aiokafka.Consumer.seek_to_committed", committed)
    consumer = Rewound()

    assert asyncio.run(consumer.seek_to_committed())[known] == 7
    assert consumer.places == {new: 3}


def a_watch() -> Watch:
    return Watch(silence_s=60, again_s=15, stall_s=120, settle_s=900)


def test_a_broker_that_is_silent_too_long_ends_the_scorer() -> None:
    watch = a_watch()
    watch.restart(0)
    watch.heard({}, 10)
    watch.silent(UnreachableError("down"), 70)

    with pytest.raises(UnreachableError, match="60 s: down"):
        watch.silent(UnreachableError("down"), 71)


def test_a_partition_that_stands_still_with_something_to_read_ends_the_scorer() -> None:
    watch = a_watch()
    watch.heard({P0: Reach(5, 9)}, 0)
    watch.heard({P0: Reach(6, 9)}, 100)
    watch.heard({P0: Reach(6, 9)}, 220)

    with pytest.raises(StalledError, match=r"questions\[0\] stands at offset 6 of 9"):
        watch.heard({P0: Reach(6, 9)}, 221)


def test_what_stands_still_with_nothing_in_hand_is_read_again_once_until_it_moves() -> None:
    watch = a_watch()

    def heard(at: float, committed: int = 0, *, idle: bool = True) -> dict[Place, int]:
        return watch.heard({P0: Reach(committed, 9), P1: Reach(9, 9)}, at, idle=idle)

    assert heard(0) == heard(15) == {}
    assert heard(16, idle=False) == {}, "something is in hand and may take its time"
    assert heard(17) == {P0: 0}
    assert heard(18) == {}, "once is enough"
    assert heard(20, committed=4) == {}
    assert heard(36, committed=4) == {P0: 4}
    watch.restart(40)
    assert heard(41, committed=4) == {}


def test_turns_are_idle_when_nothing_waits_and_nothing_is_in_hand() -> None:
    async def scene() -> None:
        table = FakeTable()
        turns = turns_over(FakeDesk(), table)
        assert turns.idle
        turns.inbox.put_nowait(FakeEvent())
        assert not turns.idle
        running = asyncio.create_task(turns.run())
        await a_moment()
        assert not turns.idle, "the broker has not acknowledged"
        table.acknowledged.set()
        await a_moment()
        assert turns.idle
        running.cancel()

    asyncio.run(scene())


def test_a_partition_read_to_its_end_may_stand_still() -> None:
    watch = a_watch()
    for at in range(0, 1000, 100):
        watch.heard({P0: Reach(9, 9)}, at)


def test_a_rebalance_that_hangs_ends_the_scorer() -> None:
    watch = a_watch()
    watch.unsettled(0)
    watch.restart(500)
    watch.unsettled(901)

    with pytest.raises(StalledError, match="hangs"):
        watch.unsettled(1802)


def test_the_scorer_speaks_to_the_broker_as_librdkafka_was_told_to() -> None:
    assert security({}).context is None
    assert security({"compression.type": "zstd"}).mechanism == ""
    wanted = security(
        {"security.protocol": "SASL_SSL", "sasl.mechanisms": "SCRAM-SHA-512", "sasl.username": "u",
         "sasl.password": "p", "ssl.endpoint.identification.algorithm": "none"}
    )  # fmt: skip
    assert (wanted.mechanism, wanted.username, wanted.password) == ("SCRAM-SHA-512", "u", "p")
    assert wanted.context is not None
    assert not wanted.context.check_hostname


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"ssl.keystore.location": "x"}, "ssl.keystore.location"),
        ({"security.protocol": "telnet"}, "TELNET"),
        ({"security.protocol": "SASL_PLAINTEXT", "sasl.mechanism": "GSSAPI"}, "GSSAPI"),
    ],
)
def test_security_that_cannot_be_honoured_is_refused(options: dict[str, str], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        security(options)
