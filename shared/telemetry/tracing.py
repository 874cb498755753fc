"""Traces through the topics: a span for each record that a service handles, and for each that it sends.

Headers carry W3C Trace Context from record to record. Where nothing is exported, they are passed on as they came, and
that is all that it costs. A batch has a span of its own, since it belongs to many traces: its records' spans link to
it, and it links to what they follow from. Attributes follow `conventions.py`; no span has a text of anyone. A record
that is handled again, after a crash, has the spans that it had.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TypeVar

from opentelemetry import trace
from opentelemetry.sdk.trace import SpanProcessor
from opentelemetry.trace import Link, NonRecordingSpan, Span, SpanKind, Status, StatusCode

from shared.records import Effect, Position, RawRecord
from shared.telemetry import conventions as names
from shared.telemetry import span_ids
from shared.telemetry.span_ids import LONGEST
from shared.telemetry.spans import Begun, Making, nothing

O = TypeVar("O")  # noqa: E741  (O is for outcome)
HEADER = span_ids.HEADER
Headers = span_ids.Headers
_now: list[Making] = []
"""One, while spans are exported."""
BURIED = Status(StatusCode.ERROR, "buried")


def begin(
    service: str, processor: SpanProcessor, share: float = 1.0, *, prefix: str = "", keep: Callable[[], None] = nothing
) -> None:
    """Give spans to a processor from now on; `share`: of the traces that nobody has decided on yet.

    `prefix`: of the installation, whose records stand at positions that another one's have too.
    `keep` is called before what spans tell of is committed: those that were made until then outlive the process.
    """
    _now[:] = [Making(service, processor, share, keep, prefix)]


def end() -> None:
    """Export what is left, and nothing more."""
    while _now:
        _now.pop().end()


def carried(record: RawRecord) -> dict[str, bytes]:
    """The trace that a record came with. Without one, it has the one that its position gives, for every service."""
    if value := record.headers.get(HEADER, b"")[:LONGEST]:
        return {HEADER: value}
    return {HEADER: span_ids.of_position(record.position, _now[0].share, _now[0].prefix)} if _now else {}


def sent(topic: str, key: str, headers: Headers) -> dict[str, bytes]:
    """Headers for a record that is sent now, and that follows from what had these; without any, a trace begins."""
    if not _now:
        return {HEADER: headers[HEADER][:LONGEST]} if HEADER in headers else {}
    making = _now[0]
    attributes = {
        names.SYSTEM: names.KAFKA, names.OPERATION_NAME: names.SEND, names.OPERATION_TYPE: names.SEND,
        names.TOPIC: topic, names.KEY: key[:LONGEST],
    }  # fmt: skip
    span = making.begin(
        f"send {topic}", SpanKind.PRODUCER, attributes, parent=span_ids.read(headers),
        span_id=span_ids.of_sending(headers, topic, key),
    )  # fmt: skip
    span.end()
    making.keep_alone()
    return {HEADER: span_ids.written(span.context)}


@dataclass
class Trail:
    """The spans of a batch in hand; none where nothing is exported."""

    making: Making | None = None
    batch: Begun | None = None
    of: dict[Position, Begun] = field(default_factory=dict)

    @contextmanager
    def working(self) -> Iterator[None]:
        """Spans that are made meanwhile belong to the batch."""
        if self.batch is None:
            yield
            return
        span = NonRecordingSpan(self.batch.context)
        with trace.use_span(span, record_exception=False, set_status_on_exception=False):
            yield

    def led_to(self, effects: list[Effect[O]]) -> list[Effect[O]]:
        """The effects, so that what is sent for them follows from the spans of their records."""
        if self.batch is None:
            return effects
        before = Counter[Position]()
        return [replace(effect, cause=self._headed(effect.cause, before)) for effect in effects]

    def ended(self, accepted: Sequence[RawRecord]) -> None:
        """All is stored; what is not among the accepted was buried."""
        if self.batch is None or self.making is None:
            return
        good = {record.position for record in accepted}
        for position, span in self.of.items():
            if position in good:
                span.end()
            else:
                span.end(BURIED)
        self.batch.end()
        self.making.let_go()

    def _headed(self, cause: RawRecord, before: Counter[Position]) -> RawRecord:
        """`before`: how many effects each record had; another one is sent under another id."""
        span = self.of.get(cause.position)
        if span is None:
            return cause
        before[cause.position] += 1
        return replace(cause, headers={**cause.headers, **span_ids.numbered(span.context, before[cause.position])})


NOTHING = Trail()


def taken(service: str, records: Sequence[RawRecord]) -> Trail:
    """Begin the spans of a batch that a service takes in hand."""
    if not _now or not records:
        return NOTHING
    making, now = _now[0], time.time()
    parents = [span_ids.read(carried(record)) for record in records]
    batch = making.begin(
        f"process {service}", SpanKind.CONSUMER,
        {names.SYSTEM: names.KAFKA, names.OPERATION_NAME: names.PROCESS, names.OPERATION_TYPE: names.PROCESS,
         names.GROUP: service, names.MESSAGES: len(records)},
        links=[Link(parent) for parent in parents if parent],
    )  # fmt: skip
    to_batch = (Link(batch.context),)
    of = {
        record.position: making.begin(
            f"process {record.position.topic}", SpanKind.CONSUMER, _attributes(service, record, now),
            parent=parent, links=to_batch, span_id=span_ids.of_handling(service, record.position),
        )
        for record, parent in zip(records, parents, strict=True)
    }  # fmt: skip
    making.take_in_hand()
    return Trail(making, batch, of)


@contextmanager
def calling(name: str, attributes: Mapping[str, str | int]) -> Iterator[Span]:
    """A span for work within a batch, such as a call to a model; one that records nothing, where none is exported."""
    if not _now:
        yield trace.INVALID_SPAN
        return
    with _now[0].tracer.start_as_current_span(
        name, kind=SpanKind.CLIENT, attributes=attributes, record_exception=False, set_status_on_exception=False
    ) as span:
        try:
            yield span
        except Exception as error:  # its message may quote what was asked
            span.set_status(Status(StatusCode.ERROR, type(error).__name__))
            raise


def _attributes(service: str, record: RawRecord, now: float) -> dict[str, str | int | float]:
    topic, partition, offset = record.position
    return {
        names.SYSTEM: names.KAFKA, names.OPERATION_NAME: names.PROCESS, names.OPERATION_TYPE: names.PROCESS,
        names.GROUP: service, names.TOPIC: topic, names.PARTITION: str(partition), names.OFFSET: offset,
        names.KEY: (record.key or b"")[:LONGEST].decode(errors="replace"),
        names.QUEUE_MS: round(max(0.0, now - record.appended_at.timestamp()) * 1000, 1),
    }  # fmt: skip
