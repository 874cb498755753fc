"""What surrounds the processor: turns, the table, progress as the broker sees it, and the broker's security."""

import asyncio
import threading
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pytest

from services.scorer.app import Consumer, raw_record
from services.scorer.join import Join
from services.scorer.offsets import Offsets, Place, Read
from services.scorer.progress import Reach, StalledError, Watch, read_through, refuse_made_anew
from services.scorer.table import LEAST_JOINS, Entry, TableJoins
from services.scorer.turns import Turns
from shared.access import UnreachableError
from shared.burials import OwnFaultError
from shared.installation import Installation
from shared.records import Position, RawRecord
from tests.builders import NOON, a_question

JOIN = Join(partition=1, first_at=NOON, question=a_question(), asked_at=NOON)
P0, P1 = Place("questions", 0), Place("answers", 1)


class FakeChangelog:
    """A changelog whose broker acknowledges when told to."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.sent = threading.Event()
        self.acknowledged = threading.Event()

    def append(self, entries: Sequence[Entry]) -> None:
        self.sent.set()
        assert self.acknowledged.wait(10)
        self.entries += entries

    def read(self, partition: int) -> Iterator[tuple[bytes, bytes | None]]:
        yield from ((entry.key, entry.value) for entry in self.entries if entry.partition == partition)


def an_open_changelog() -> FakeChangelog:
    """One that acknowledges at once."""
    changelog = FakeChangelog()
    changelog.acknowledged.set()
    return changelog


class FakeProcessor:
    """A processor that turns every batch into one change, or breaks."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.batches: list[list[int]] = []

    def take(self, records: Sequence[RawRecord], _: object) -> dict[str, Join]:
        self.batches.append([record.position.offset for record in records])
        if self.error:
            raise self.error
        return {"q-1": JOIN}

    def waits_for(self, _: object) -> bool:
        return True

    def expire(self, _: object, partitions: set[int]) -> dict[str, None]:
        return {"q-1": None} if 1 in partitions else {}


def a_record(offset: int) -> RawRecord:
    return RawRecord(Position(*P1, offset), b"q-1", b"{}", NOON)


def nothing_dropped(place: Place, start: int, end: int) -> Iterator[RawRecord]:
    raise AssertionError(f"{place} was read from {start} to {end}")


def turns_over(processor: Any, changelog: FakeChangelog, *, read: Read = nothing_dropped) -> Turns:
    turns = Turns(processor, TableJoins(changelog), Offsets(read, limit=2), batch=2)
    turns.offsets.begin({P1: 0})
    return turns


async def a_moment() -> None:
    await asyncio.sleep(0.05)


def test_an_offset_is_reached_only_after_the_changelog_has_its_change() -> None:
    async def scene() -> None:
        changelog = FakeChangelog()
        turns = turns_over(FakeProcessor(), changelog)
        running = asyncio.create_task(turns.run())
        await turns.inbox.put(a_record(0))
        assert await asyncio.to_thread(changelog.sent.wait, 10)
        assert turns.offsets.reached == {P1: 0}

        changelog.acknowledged.set()
        await a_moment()
        assert turns.offsets.reached == {P1: 1}
        running.cancel()

    asyncio.run(scene())


def test_what_is_waiting_is_taken_in_one_turn_up_to_the_batch() -> None:
    async def scene() -> list[list[int]]:
        processor = FakeProcessor()
        turns = turns_over(processor, an_open_changelog())
        for offset in range(5):
            turns.inbox.put_nowait(a_record(offset))
        running = asyncio.create_task(turns.run())
        await a_moment()
        running.cancel()
        return processor.batches

    assert asyncio.run(scene()) == [[0, 1], [2, 3], [4]]


def test_what_was_never_delivered_is_read_before_what_was() -> None:
    def dropped(place: Place, start: int, end: int) -> Iterator[RawRecord]:
        return iter([a_record(offset) for offset in range(start, end)] if place == P1 else ())

    async def scene() -> tuple[list[list[int]], Mapping[Place, int]]:
        processor = FakeProcessor()
        turns = turns_over(processor, an_open_changelog(), read=dropped)
        turns.inbox.put_nowait(a_record(3))
        running = asyncio.create_task(turns.run())
        await a_moment()
        running.cancel()
        await turns.read_up_to({P1: 6})
        return processor.batches, turns.offsets.reached

    assert asyncio.run(scene()) == ([[0, 1], [2, 3], [4, 5]], {P1: 6})


def test_an_error_of_the_processor_ends_the_loop_and_reaches_nothing() -> None:
    async def scene() -> Mapping[Place, int]:
        turns = turns_over(FakeProcessor(ConnectionError("gone")), an_open_changelog())
        turns.inbox.put_nowait(a_record(0))
        with pytest.raises(ConnectionError):
            await turns.run()
        return turns.offsets.reached

    assert asyncio.run(scene()) == {P1: 0}


def test_what_is_forgotten_is_deleted_in_the_partition_it_was_kept_in() -> None:
    changelog = an_open_changelog()
    joins = TableJoins(changelog)
    joins.keep({"q-1": JOIN})
    joins.keep({"q-1": None, "never-seen": None})

    assert changelog.entries[1:] == [Entry(1, b"q-1", None)]
    assert joins.get("q-1") is None


def test_joins_are_restored_from_the_changelog_and_only_those_of_our_partitions() -> None:
    changelog = an_open_changelog()
    before = TableJoins(changelog)
    before.keep({"q-1": JOIN, "q-2": JOIN.model_copy(update={"partition": 2}), "q-3": JOIN})
    before.keep({"q-3": None})
    joins = TableJoins(changelog)

    assert dict(joins.restore({1})) == {"q-1": JOIN}
    assert joins.get("q-1") == JOIN
    assert joins.get("q-2") is None
    assert dict(joins.restore({2})).keys() == {"q-2"}
    assert joins.get("q-1") is None, "another scorer has it now"


def test_a_version_that_can_read_no_join_at_all_ends_with_its_own_fault() -> None:
    changelog = an_open_changelog()
    changelog.entries = [Entry(1, b"q-%d" % number, b'{"of": "another version"}') for number in range(LEAST_JOINS)]

    with pytest.raises(OwnFaultError, match="none of 20 joins"):
        dict(TableJoins(changelog).restore({1}))


def test_partitions_are_adopted_with_their_joins_and_what_is_committed() -> None:
    async def scene() -> tuple[dict[str, Join], Mapping[Place, int]]:
        adopted: dict[str, Join] = {}
        processor: Any = FakeProcessor()
        processor.adopt = adopted.update
        changelog = an_open_changelog()
        TableJoins(changelog).keep({"q-1": JOIN})
        turns = turns_over(processor, changelog)
        await turns.adopt({1}, lambda: {P0: 7})
        return adopted, turns.offsets.reached

    assert asyncio.run(scene()) == ({"q-1": JOIN}, {P0: 7})


def test_after_partitions_are_released_nothing_is_handled_and_nothing_is_known() -> None:
    async def scene() -> Turns:
        processor: Any = FakeProcessor()
        processor.adopt = {"q-1": JOIN}.update
        changelog = an_open_changelog()
        turns = turns_over(processor, changelog)
        await turns.adopt({1}, lambda: {P1: 0})
        turns.release()
        turns.inbox.put_nowait(a_record(0))
        running = asyncio.create_task(turns.run())
        await a_moment()
        running.cancel()
        assert processor.batches == []
        return turns

    assert asyncio.run(scene()).offsets.reached == {}


class FakeMessage:
    topic, partition, offset, key, value = "answers", 1, 7, b"q-1", b"{}"
    timestamp, headers = NOON.timestamp(), [("traceparent", b"t")]


def test_a_faust_message_becomes_a_record() -> None:
    record = raw_record(FakeMessage(), Installation())

    assert record.position == Position("answers", 1, 7)
    assert record.appended_at == NOON
    assert record.headers == {"traceparent": b"t"}


def test_a_partition_is_read_through_when_all_its_topics_are() -> None:
    answers_0 = Place("answers", 0)

    assert read_through({P0: Reach(5, 5), answers_0: Reach(4, 5), P1: Reach(9, 9)}) == {1}
    assert read_through({}) == set()


def test_faust_commits_nothing_by_itself() -> None:
    assert not asyncio.run(Consumer.commit(Consumer.__new__(Consumer), start_new_transaction=False))


def test_a_topic_that_was_made_anew_ends_the_scorer() -> None:
    refuse_made_anew({P0: 9}, {P0: Reach(9, 9)})

    with pytest.raises(StalledError, match=r"questions\[0\] ends at offset 3, and 9 was reached"):
        refuse_made_anew({P0: 9}, {P0: Reach(9, 3)})


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


def test_what_stands_still_with_nothing_in_hand_is_read_to_its_end_once_until_it_moves() -> None:
    watch = a_watch()

    def heard(at: float, committed: int = 0, *, idle: bool = True) -> dict[Place, int]:
        return watch.heard({P0: Reach(committed, 9), P1: Reach(9, 9)}, at, idle=idle)

    assert heard(0) == heard(15) == {}
    assert heard(16, idle=False) == {}, "something is in hand and may take its time"
    assert heard(17) == {P0: 9}
    assert heard(18) == {}, "once is enough"
    assert heard(20, committed=4) == {}
    assert heard(36, committed=4) == {P0: 9}
    watch.restart(40)
    assert heard(41, committed=4) == {}


def test_turns_are_idle_when_nothing_waits_and_nothing_is_in_hand() -> None:
    async def scene() -> None:
        changelog = FakeChangelog()
        turns = turns_over(FakeProcessor(), changelog)
        assert turns.idle
        turns.inbox.put_nowait(a_record(0))
        assert not turns.idle
        running = asyncio.create_task(turns.run())
        await a_moment()
        assert not turns.idle, "the broker has not acknowledged"
        changelog.acknowledged.set()
        await a_moment()
        assert turns.idle
        running.cancel()

    asyncio.run(scene())


def test_a_partition_read_to_its_end_may_stand_still() -> None:
    watch = a_watch()

    assert [watch.heard({P0: Reach(9, 9)}, at, idle=True) for at in range(0, 1000, 100)] == [{}] * 10


def test_a_rebalance_that_hangs_ends_the_scorer() -> None:
    watch = a_watch()
    watch.unsettled(0)
    watch.restart(500)
    watch.unsettled(901)

    with pytest.raises(StalledError, match="hangs"):
        watch.unsettled(1802)
