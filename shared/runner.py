"""The one consume loop: poll a batch, handle it, flush the sinks in order, commit last.

At-least-once: whatever fails between poll and commit is handled again after a restart, so outcomes carry ids that
make the second time overwrite the first. `InvalidMessageError` buries one message alone, however many die; every other
error ends the loop with nothing committed. A slow batch runs beside the loop, which pauses its partitions and polls on.
"""

import sys
import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import product
from time import perf_counter
from typing import Any, Generic, TypeVar

from shared import observe
from shared.burials import TEST_AFTER, Burials, DeadLetters
from shared.records import Effect, GivenUpError, InvalidMessageError, RawRecord, Record, parsed, portions
from shared.streams import Sink, Source
from shared.telemetry import tracing
from shared.telemetry.health import HEARTBEATS
from shared.telemetry.tracing import Trail

__all__ = ["LEAST_BEFORE", "MOST_ACCEPTED", "Handle", "Handled", "Runner", "Sink", "Source"]
O = TypeVar("O")  # noqa: E741  (O is for outcome)
T = TypeVar("T")
Handle = Callable[[Sequence[Record[Any]]], Iterable[Effect[O]]]
LEAST_BEFORE, MOST_ACCEPTED = 3, 8  # of so many accepted records one can be handled, or the fault is ours; kept


@dataclass(frozen=True)
class Handled(Generic[O]):
    """A portion that was handled: what of it did not die, and what there is to flush."""

    records: Sequence[RawRecord]
    began: float
    effects: list[Effect[O]]
    accepted: list[RawRecord]
    trail: Trail


@dataclass
class Runner(Generic[O]):
    """Runs one handler over one source, `limit` records a batch, which is handled in portions of `portion_bytes`.

    `overlaps`: one portion is flushed while the next is handled, for a handler that reads nothing that the sinks write;
    offsets are committed in order. After `test_after` dead letters in a row the handler is tried on accepted records.
    """

    service: str
    source: Source
    handle: Handle[O]
    sinks: Sequence[Sink[O]]
    dead_letters: DeadLetters
    limit: int = 64
    wait_s: float = 0.5
    patience_s: float = 1.0
    test_after: int = TEST_AFTER
    portion_bytes: int = sys.maxsize
    overlaps: bool = False
    _burials: Burials = field(init=False)

    def __post_init__(self) -> None:
        self._burials = Burials(self.service, self.dead_letters, self._own_fault, self.test_after)

    def run(self, stopping: threading.Event) -> None:
        """Loop until `stopping` is set; what is in hand is finished and committed first."""
        beside = ThreadPoolExecutor(max_workers=2, thread_name_prefix=self.service)
        with beside, HEARTBEATS.beating(self.service):
            flushing: list[tuple[Handled[O], Future[None]]] = []
            while not stopping.is_set():
                HEARTBEATS.beat(self.service)
                records = self.source.poll(self.limit, self.wait_s)
                for portion in portions(records, self.portion_bytes):
                    handled = self._wait(beside.submit(self._handled, portion))
                    self._settle(flushing)
                    flushing.append((handled, beside.submit(self._conclude, handled)))
                    if stopping.is_set():
                        break
                    if not self.overlaps:
                        self._settle(flushing)
                if not records:
                    self._settle(flushing)
            self._settle(flushing)

    def run_once(self) -> int:
        """Poll and process one batch in this thread; returns how many records it had."""
        records = self.source.poll(self.limit, self.wait_s)
        for portion in portions(records, self.portion_bytes):
            handled = self._handled(portion)
            self._conclude(handled)
            self.source.commit(portion, handled.accepted)
        return len(records)

    def _settle(self, flushing: "list[tuple[Handled[O], Future[None]]]") -> None:
        """Wait until a portion is flushed, and commit it."""
        while flushing:
            handled, flushed = flushing.pop()
            self._wait(flushed)
            self.source.commit(handled.records, handled.accepted)

    def _wait(self, doing: "Future[T]") -> T:
        """Wait for a portion; once it takes long, keep the group membership alive."""
        timeout = self.patience_s
        while True:
            try:
                return doing.result(timeout)
            except TimeoutError:
                if doing.done():
                    raise
                self.source.keep_alive()
                HEARTBEATS.beat(self.service)
                timeout = 0.1

    def _handled(self, records: Sequence[RawRecord]) -> Handled[O]:
        began = perf_counter()
        observe.taken(self.service, records)
        trail = tracing.taken(self.service, records)
        with trail.working():
            readable = [record for raw in records if (record := self._parse(raw))]
            try:
                effects = list(self.handle(readable)) if readable else []
            except InvalidMessageError:
                return self._one_by_one(Handled(records, began, [], [], trail), readable)
        self._burials.handled(len(readable))
        return Handled(records, began, trail.led_to(effects), [record.raw for record in readable], trail)

    def _one_by_one(self, handled: Handled[O], records: Sequence[Record[Any]]) -> Handled[O]:
        """Handle each record alone, so that the bad one alone is buried; the next may read what the sinks wrote."""
        for record in records:
            try:
                effects = list(self.handle([record]))
            except InvalidMessageError as error:
                self._burials.bury(record.raw, str(error))
            else:
                self._burials.handled(1)
                handled.accepted.append(record.raw)
                handled.effects.extend(handled.trail.led_to(effects))
                if not self.overlaps:
                    self._flush(handled.effects)
                    handled.effects.clear()
        self._burials.flush()
        return handled

    def _conclude(self, handled: Handled[O]) -> None:
        self._flush(handled.effects)
        handled.trail.ended(handled.accepted)
        observe.took(self.service, perf_counter() - handled.began)

    def _flush(self, effects: Sequence[Effect[O]]) -> None:
        for done, sink in product(effects, self.sinks):
            sink.write(done)
        for sink in self.sinks:
            sink.flush()
        self._burials.flush()

    def _parse(self, raw: RawRecord) -> Record[Any] | None:
        try:
            return self._record(raw)
        except InvalidMessageError as error:
            self._burials.bury(raw, str(error))
        return None

    def _record(self, raw: RawRecord) -> Record[Any]:
        topic = next(topic for topic in self.source.topics if topic.name == raw.position.topic)
        return Record(parsed(topic.message, raw.value), raw)

    def _own_fault(self) -> str:
        """That nothing of what was accepted before can be handled now, or ""; what comes of it is thrown away."""
        told = [accepted for raw in self.source.accepted_before() if (accepted := self._accepts(raw)) is not None]
        if len(told) >= LEAST_BEFORE and not any(told):
            return f"none of {len(told)} records that were accepted before can be handled now"
        return ""

    def _accepts(self, raw: RawRecord) -> bool | None:
        """None where nothing is told: what just fits a limit of time on a quiet machine exceeds it on a busy one."""
        try:
            list(self.handle([self._record(raw)]))
        except InvalidMessageError as error:
            return None if isinstance(error, GivenUpError) else False
        return True
