"""The loop between the group and the processor: one turn at a time, and nothing reached before it is kept.

The processor works in its own thread, so that the event loop, which keeps the group membership alive, never waits; so
do reading and writing joins, of which there may be tens of thousands, and a join may hold a thousand votes.
"""

import asyncio
from collections.abc import Callable, Collection, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from typing import TypeVar

from services.scorer.offsets import Offsets, Place, Portion
from services.scorer.processor import JoinProcessor
from services.scorer.table import TableJoins
from shared.records import RawRecord

T = TypeVar("T")


class Turns:
    """Takes records from `inbox` in batches. `between` is held during a turn; hold it to have none."""

    def __init__(self, processor: JoinProcessor, joins: TableJoins, offsets: Offsets, *, batch: int) -> None:
        self.inbox: asyncio.Queue[RawRecord] = asyncio.Queue(maxsize=4 * batch)
        self.between = asyncio.Lock()
        self.offsets = offsets
        self._processor = processor
        self._joins = joins
        self._batch = batch
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="processor")

    @property
    def idle(self) -> bool:
        """Whether nothing is in hand or waits for its turn."""
        return self.inbox.empty() and not self.between.locked()

    async def run(self) -> None:
        """Take turns for ever; what goes wrong ends it with the records of the turn not reached."""
        while True:
            records = [await self.inbox.get()]
            while len(records) < self._batch and not self.inbox.empty():
                records.append(self.inbox.get_nowait())
            async with self.between:
                await self._in_thread(partial(self._take, self.offsets.portions(records)))

    async def adopt(self, partitions: Collection[int], committed: Callable[[], Mapping[Place, int]]) -> None:
        """Start from the joins of these partitions and from what is committed; hold `between` meanwhile."""
        await self._in_thread(lambda: self._processor.adopt(self._joins.restore(partitions)))
        self.offsets.begin(await self._in_thread(committed))

    def release(self) -> None:
        """Forget all partitions: what is due in them is another scorer's by now. Hold `between` meanwhile."""
        self.offsets.begin({})
        self._processor.adopt(())
        self._joins.forget()

    async def read_up_to(self, ends: Mapping[Place, int]) -> None:
        """Handle what these partitions hold before these offsets, whether it is delivered or not."""
        async with self.between:
            for place, end in ends.items():
                await self._in_thread(partial(self._take, self.offsets.up_to(place, end)))

    async def expire(self, now: datetime, partitions: Collection[int]) -> None:
        """Settle what is past its deadline in these partitions."""
        if self._processor.waits_for(now):
            async with self.between:
                await self._in_thread(lambda: self._joins.keep(self._processor.expire(now, partitions)))

    def _take(self, portions: Iterable[Portion]) -> None:
        for portion in portions:
            if portion.records:
                self._joins.keep(self._processor.take(portion.records, datetime.now(UTC)))
            self.offsets.advance(portion.reached)

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)
