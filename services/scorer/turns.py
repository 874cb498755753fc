"""The loop between Faust and the desk: one turn at a time, and nothing acknowledged before it is kept.

The desk works in its own thread, so that the event loop, which keeps the group membership alive, never waits; so do
reading and writing joins, of which there may be tens of thousands, and a join may hold a thousand votes.
"""

import asyncio
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any, Protocol, TypeVar

from services.scorer.desk import Changes, Desk
from services.scorer.table import TableJoins
from shared.records import Position, RawRecord

T = TypeVar("T")


class Event(Protocol):
    """The part of a Faust event that is used."""

    message: Any

    def ack(self) -> object:
        """Allow the event's offset to be committed."""


class Turns:
    """Takes events from `inbox` in batches. `between` is held during a turn; hold it to have none."""

    def __init__(self, desk: Desk, joins: TableJoins, *, batch: int) -> None:
        self.inbox: asyncio.Queue[Event] = asyncio.Queue(maxsize=4 * batch)
        self.between = asyncio.Lock()
        self._desk = desk
        self._joins = joins
        self._batch = batch
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="desk")

    @property
    def idle(self) -> bool:
        """Whether nothing is in hand or waits for its turn."""
        return self.inbox.empty() and not self.between.locked()

    async def run(self) -> None:
        """Take turns for ever; what goes wrong ends it with the events of the turn unacknowledged."""
        while True:
            events = [await self.inbox.get()]
            while len(events) < self._batch and not self.inbox.empty():
                events.append(self.inbox.get_nowait())
            await self._take(events)

    async def adopt(self, partitions: Collection[int]) -> None:
        """Start from the joins of these partitions alone, after a start or when partitions moved."""
        async with self.between:
            await self._in_thread(lambda: self._desk.adopt(self._joins.of(partitions)))

    async def expire(self, now: datetime, partitions: Collection[int]) -> None:
        """Settle what is past its deadline in these partitions."""
        if self._desk.waits_for(now):
            async with self.between:
                await self._turn(lambda: self._desk.expire(now, partitions))

    async def _take(self, events: Sequence[Event]) -> None:
        records = [raw_record(event.message) for event in events]
        async with self.between:
            await self._turn(lambda: self._desk.take(records, datetime.now(UTC)))
            for event in events:
                event.ack()

    async def _turn(self, work: Callable[[], Changes]) -> None:
        await self._joins.keep(await self._in_thread(lambda: self._joins.entries(work())))

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)


def raw_record(message: Any) -> RawRecord:
    """A Faust message as a value; its timestamp, in seconds, is the broker's append time."""
    return RawRecord(
        position=Position(message.topic, message.partition, message.offset),
        key=message.key,
        value=message.value,
        appended_at=datetime.fromtimestamp(message.timestamp, UTC),
        headers={name: value or b"" for name, value in dict(message.headers or ()).items()},
    )
