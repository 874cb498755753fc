"""The scorer's run from start to drain."""

import asyncio
import contextlib
import signal
import time
from collections.abc import Callable, Collection, Coroutine, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import stamina
import structlog

from services.scorer.app import App
from services.scorer.group import GROUP
from services.scorer.offsets import Place
from services.scorer.processor import JoinProcessor
from services.scorer.progress import Progress, Watch, read_through, refuse_made_anew
from services.scorer.settings import ScorerSettings
from services.scorer.standings_publisher import StandingsPublisher
from services.scorer.turns import Turns
from shared import observe
from shared.access import UnreachableError
from shared.telemetry.health import HEARTBEATS

ASK_S = 2.0
DRAIN_S = 30.0
COMMIT_S = 5.0
log = structlog.get_logger()


@dataclass(frozen=True)
class Parts:
    """What runs in the process. `turns` hands the processor what is delivered, `progress` says how far the group is."""

    settings: ScorerSettings
    app: App
    processor: JoinProcessor
    turns: Turns
    standings: StandingsPublisher
    progress: Progress


class Scorer:
    """Runs the parts; make them in the event loop that they run in."""

    def __init__(self, parts: Parts, readiness: observe.Readiness) -> None:
        self._settings, self._app, self._processor = parts.settings, parts.app, parts.processor
        self._turns, self._standings, self._progress = parts.turns, parts.standings, parts.progress
        self._watch = Watch(
            self._settings.silence_s, self._settings.again_s, self._settings.stall_s, self._settings.settle_s
        )
        self._readiness = readiness

    async def run(self) -> None:
        """Run until SIGTERM or Ctrl-C, then drain; raises what went wrong."""
        stopping = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stopping.set)
        self._watch.restart(time.monotonic())
        work: list[Coroutine[Any, Any, Any]] = [
            self._app.start(self._turns, self._committed, self._settled), stopping.wait(),
            self._turns.run(), self._commit(), self._pulse(), self._post(),
        ]  # fmt: skip
        starting, stop, *others = [asyncio.ensure_future(coroutine) for coroutine in work]
        try:
            await _first_of(starting, stop, *others)
            await _first_of(stop, *others)
        except Exception:
            with contextlib.suppress(Exception):  # without it, what was handled is handled again
                await asyncio.wait_for(self._app.commit(self._turns.offsets.reached), COMMIT_S)
            raise
        log.info("draining")
        await asyncio.wait_for(self._app.stop(self._turns), DRAIN_S)

    def _committed(self, partitions: Collection[int]) -> Mapping[Place, int]:
        """The next offset of each of these partitions; waits for the broker as long as it may be silent."""
        for attempt in stamina.retry_context(
            on=UnreachableError, attempts=None, timeout=self._settings.silence_s, wait_max=1.0
        ):
            with attempt:
                return {place: reach.committed for place, reach in self._progress.of(partitions).items()}
        raise AssertionError("a retry ends by returning or raising")

    async def _commit(self) -> None:
        while True:
            await asyncio.sleep(self._settings.commit_s)
            await self._app.commit(self._turns.offsets.reached)

    def _settled(self) -> None:
        self._watch.restart(time.monotonic())
        self._readiness.announce()
        log.info("assigned", partitions=sorted(self._app.ours))

    async def _pulse(self) -> None:
        """Look at deadlines every tick, and at the group's progress every few seconds."""
        asked_at = 0.0
        while True:
            await asyncio.sleep(self._settings.tick_s)
            HEARTBEATS.beat(GROUP)
            self._app.check()
            now, at = datetime.now(UTC), time.monotonic()
            if self._processor.waits_for(now) or at - asked_at > ASK_S:
                asked_at = at
                await self._look(now, at)

    async def _look(self, now: datetime, at: float) -> None:
        """`now` is taken before the ends are asked for, so that a partition read to its end is read through `now`."""
        ours, reached = self._app.ours, self._turns.offsets.reached
        try:
            reaches = await asyncio.to_thread(self._progress.of, ours or {0})
        except UnreachableError as error:
            self._watch.silent(error, at)
            return
        if not self._app.settled:
            self._watch.unsettled(at)
        elif ours and ours == self._app.ours:
            refuse_made_anew(reached, reaches)
            await self._read_undelivered(self._watch.heard(reaches, at, idle=self._turns.idle))
            await self._turns.expire(now, read_through(reaches))
        else:
            self._watch.heard({}, at)

    async def _read_undelivered(self, ends: Mapping[Place, int]) -> None:
        """What the group has fetched and never passed on is read from the topic."""
        for place, end in ends.items():
            log.warning("nothing is delivered, reading", topic=place.topic, partition=place.partition, up_to=end)
        await self._turns.read_up_to(ends)

    async def _post(self) -> None:
        """Publish changed standings, from the one scorer that has partition 0."""
        behind = False
        while True:
            await asyncio.sleep(self._settings.standings_s)
            behind = await asyncio.to_thread(self._standings.refresh) or behind
            if behind and 0 in self._app.ours:
                await asyncio.to_thread(self._standings.publish)
                behind = False


def run(build: Callable[[], Scorer]) -> None:
    """Run a scorer in an event loop of its own, in which it is built; raises what ended it."""

    async def whole() -> None:
        await build().run()

    asyncio.new_event_loop().run_until_complete(whole())  # left open: closing it would wait for a dead broker


async def _first_of(*tasks: "asyncio.Future[Any]") -> None:
    """Wait for the first to end; raises what it ended with."""
    ended, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in ended:
        task.result()
