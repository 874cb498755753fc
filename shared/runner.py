"""The one consume loop: poll a batch, handle it, flush the sinks in order, commit last.

At-least-once: whatever fails between poll and commit is handled again after a restart, so outcomes carry ids
that make the second time overwrite the first. `InvalidMessageError` buries one message alone; every other
error ends the loop with nothing committed. A slow batch does not cost the partition: it runs beside the loop,
which pauses its partitions and keeps polling. Where the handler reads nothing that the sinks write, the next
portion may be handled while one is flushed; offsets are committed in order all the same.
"""

import sys
import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any, Generic, Protocol, TypeVar

import structlog

from shared import observe
from shared.records import Effect, InvalidMessageError, RawRecord, Record, parsed, portions
from shared.topology import AnyTopic

O = TypeVar("O")  # noqa: E741  (O is for outcome)
T = TypeVar("T")
O_contra = TypeVar("O_contra", contravariant=True)
Handle = Callable[[Sequence[Record[Any]]], Iterable[Effect[O]]]
Flushing = list[tuple[Sequence[RawRecord], "Future[None]"]]  # the portion that is being flushed, if there is one
log = structlog.get_logger()


class Source(Protocol):
    """Where records come from."""

    topics: Sequence[AnyTopic]

    def poll(self, limit: int, wait_s: float) -> Sequence[RawRecord]:
        """At most `limit` records; empty when none came within `wait_s`."""

    def keep_alive(self) -> None:
        """Stay a member of the group without taking more records."""

    def commit(self, records: Sequence[RawRecord]) -> None:
        """Never deliver these records to this group again."""

    def close(self) -> None:
        """Leave the group."""


class Sink(Protocol[O_contra]):
    """Where outcomes go: `write` buffers, `flush` makes them durable or raises."""

    def write(self, effect: Effect[O_contra]) -> None: ...
    def flush(self) -> None: ...


class DeadLetters(Protocol):
    """Keeps what could not be handled, byte for byte, until a person replays it."""

    def bury(self, record: RawRecord, reason: str) -> None: ...
    def flush(self) -> None: ...


class PoisonError(RuntimeError):
    """Too many messages in a row could not be handled: something is wrong with the input or with us."""


@dataclass
class Runner(Generic[O]):
    """Runs one handler over one source. `limit` records a batch; more than `dead_in_a_row` burials stop it.

    A batch is handled in portions of `portion_bytes`. `overlaps`: one is flushed while the next is handled.
    """

    service: str
    source: Source
    handle: Handle[O]
    sinks: Sequence[Sink[O]]
    dead_letters: DeadLetters
    limit: int = 64
    wait_s: float = 0.5
    patience_s: float = 1.0
    dead_in_a_row: int = 100
    portion_bytes: int = sys.maxsize
    overlaps: bool = False
    _dead: int = field(default=0, init=False)

    def run(self, stopping: threading.Event) -> None:
        """Loop until `stopping` is set; what is in hand is finished and committed first."""
        with ThreadPoolExecutor(max_workers=2, thread_name_prefix=self.service) as beside:
            flushing: Flushing = []
            while not stopping.is_set():
                records = self.source.poll(self.limit, self.wait_s)
                for portion in portions(records, self.portion_bytes):
                    handled = self._wait(beside.submit(self._handled, portion))
                    self._settle(flushing)
                    flushing.append((portion, beside.submit(self._conclude, *handled)))
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
            self._conclude(*self._handled(portion))
            self.source.commit(portion)
        return len(records)

    def _settle(self, flushing: Flushing) -> None:
        """Wait until a portion is flushed, and commit it."""
        while flushing:
            records, flushed = flushing.pop()
            self._wait(flushed)
            self.source.commit(records)

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
                timeout = 0.1

    def _handled(self, records: Sequence[RawRecord]) -> tuple[float, list[Effect[O]]]:
        """When it began, and what there is to flush."""
        began = perf_counter()
        observe.handled(self.service, len(records))
        readable = [record for raw in records if (record := self._parse(raw))]
        try:
            effects = list(self.handle(readable)) if readable else []
        except InvalidMessageError:
            return began, self._one_by_one(readable)
        self._dead = 0 if readable else self._dead
        return began, effects

    def _one_by_one(self, records: Sequence[Record[Any]]) -> list[Effect[O]]:
        """Handle each record alone, so that the bad one is buried and its neighbours are not.

        A handler that reads what the sinks write must find there what the record before it made.
        """
        made: list[Effect[O]] = []
        for record in records:
            try:
                effects = list(self.handle([record]))
            except InvalidMessageError as error:
                self._bury(record.raw, str(error))
            else:
                self._dead = 0
                made += effects
                if not self.overlaps:
                    self._flush(made)
                    made.clear()
        self.dead_letters.flush()
        return made

    def _conclude(self, began: float, effects: Sequence[Effect[O]]) -> None:
        self._flush(effects)
        observe.took(self.service, perf_counter() - began)

    def _flush(self, effects: Sequence[Effect[O]]) -> None:
        for done in effects:
            for sink in self.sinks:
                sink.write(done)
        for sink in self.sinks:
            sink.flush()
        self.dead_letters.flush()

    def _parse(self, raw: RawRecord) -> Record[Any] | None:
        try:
            return Record(parsed(self._topic(raw).message, raw.value), raw)
        except InvalidMessageError as error:
            self._bury(raw, str(error))
            return None

    def _topic(self, raw: RawRecord) -> AnyTopic:
        return next(topic for topic in self.source.topics if topic.name == raw.position.topic)

    def _bury(self, raw: RawRecord, reason: str) -> None:
        log.warning("buried", position=tuple(raw.position), reason=reason)
        observe.buried(self.service, raw.position.topic)
        self.dead_letters.bury(raw, reason)
        self._dead += 1
        if self._dead > self.dead_in_a_row:
            self.dead_letters.flush()
            raise PoisonError(
                f"{self._dead} messages in a row could not be handled, the last because: {reason}. "
                f"Nothing of this batch is committed. Look at them with `tiltyard dead-letters list`."
            )
