"""Traces through the topics: a span for each record that a service handles, and for each that it sends.

Headers carry W3C Trace Context from record to record. Where nothing is exported, they are passed on as they came, and
that is all that it costs. A batch has a span of its own, since it belongs to many traces: its records' spans link to
it, and it links to what they follow from. Attributes follow `conventions.py`; no span has a text of anyone.
"""

import hashlib
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TypeVar

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.sampling import ParentBasedTraceIdRatio, TraceIdRatioBased
from opentelemetry.trace import Link, Span, SpanKind, Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from shared.installation import Installation
from shared.records import Effect, Position, RawRecord
from shared.telemetry import conventions as names

O = TypeVar("O")  # noqa: E741  (O is for outcome)
HEADER = "traceparent"
LONGEST = 128
"""Bytes of a header that are read, and characters of a key that are shown; a W3C `traceparent` has 55."""
Headers = Mapping[str, bytes]
_propagator = TraceContextTextMapPropagator()


@dataclass(frozen=True)
class _Exporting:
    """The provider of this process, the share of traces that begin here and are kept, and the installation's prefix."""

    provider: TracerProvider
    tracer: trace.Tracer
    share: float
    prefix: str


_now: list[_Exporting] = []
"""One, while spans are exported."""


def begin(service: str, processor: SpanProcessor, share: float = 1.0, prefix: str = "") -> None:
    """Give spans to a processor from now on; `share`: of the traces that nobody has decided on yet.

    `prefix`: of the installation, whose records stand at positions that another one's have too.
    """
    about = {"service.name": f"tiltyard-{service}"} | ({"service.namespace": prefix} if prefix else {})
    provider = TracerProvider(ParentBasedTraceIdRatio(share), Resource.create(about))
    provider.add_span_processor(processor)
    _now[:] = [_Exporting(provider, provider.get_tracer("tiltyard", schema_url=names.SCHEMA_URL), share, prefix)]


def end() -> None:
    """Export what is left, and nothing more."""
    while _now:
        _now.pop().provider.shutdown()


def carried(record: RawRecord) -> dict[str, bytes]:
    """The trace that a record came with. Without one, it has the one that its position gives, for every service."""
    if value := record.headers.get(HEADER, b"")[:LONGEST]:
        return {HEADER: value}
    return {HEADER: _of_position(record.position, _now[0])} if _now else {}


def sent(topic: str, key: str, headers: Headers) -> dict[str, bytes]:
    """Headers for a record that is sent now, and that follows from what had these; without any, a trace begins."""
    if not _now:
        return {HEADER: headers[HEADER][:LONGEST]} if HEADER in headers else {}
    attributes = {
        names.SYSTEM: names.KAFKA, names.OPERATION_NAME: names.SEND, names.OPERATION_TYPE: names.SEND,
        names.TOPIC: topic, names.KEY: key[:LONGEST],
    }  # fmt: skip
    span = _now[0].tracer.start_span(f"send {topic}", _context(headers), kind=SpanKind.PRODUCER, attributes=attributes)
    span.end()
    return _headers(span)


@dataclass
class Trail:
    """The spans of a batch in hand; none where nothing is exported."""

    batch: Span | None = None
    of: dict[Position, Span] = field(default_factory=dict)

    @contextmanager
    def working(self) -> Iterator[None]:
        """Spans that are made meanwhile belong to the batch."""
        if self.batch is None:
            yield
            return
        with trace.use_span(self.batch, record_exception=False, set_status_on_exception=False):
            yield

    def led_to(self, effects: list[Effect[O]]) -> list[Effect[O]]:
        """The effects, so that what is sent for them follows from the spans of their records."""
        if self.batch is None:
            return effects
        return [replace(effect, cause=self._headed(effect.cause)) for effect in effects]

    def ended(self, accepted: Sequence[RawRecord]) -> None:
        """All is stored; what is not among the accepted was buried."""
        if self.batch is None:
            return
        good = {record.position for record in accepted}
        for position, span in self.of.items():
            if position not in good:
                span.set_status(Status(StatusCode.ERROR, "buried"))
            span.end()
        self.batch.end()

    def _headed(self, cause: RawRecord) -> RawRecord:
        span = self.of.get(cause.position)
        return replace(cause, headers={**cause.headers, **_headers(span)}) if span else cause


NOTHING = Trail()


def taken(service: str, records: Sequence[RawRecord]) -> Trail:
    """Begin the spans of a batch that a service takes in hand."""
    if not _now or not records:
        return NOTHING
    tracer, now = _now[0].tracer, time.time()
    contexts = [_context(carried(record)) for record in records]
    links = [Link(trace.get_current_span(context).get_span_context()) for context in contexts]
    batch = tracer.start_span(
        f"process {service}", Context(), SpanKind.CONSUMER,
        {names.SYSTEM: names.KAFKA, names.OPERATION_NAME: names.PROCESS, names.OPERATION_TYPE: names.PROCESS,
         names.GROUP: service, names.MESSAGES: len(records)}, links,
    )  # fmt: skip
    to_batch = [Link(batch.get_span_context())]
    of = {
        record.position: tracer.start_span(
            f"process {record.position.topic}", context, SpanKind.CONSUMER, _attributes(service, record, now), to_batch
        )
        for record, context in zip(records, contexts, strict=True)
    }
    return Trail(batch, of)


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


def _context(headers: Headers) -> Context:
    value = headers.get(HEADER, b"")[:LONGEST].decode(errors="replace")
    return _propagator.extract({HEADER: value} if value else {}, Context())


def _headers(span: Span) -> dict[str, bytes]:
    carrier: dict[str, str] = {}
    _propagator.inject(carrier, trace.set_span_in_context(span, Context()))
    return {HEADER: carrier[HEADER].encode()} if HEADER in carrier else {}


def _of_position(position: Position, exporting: _Exporting) -> bytes:
    """A `traceparent` whose root nobody has sent: what reads the record at this position agrees on it."""
    topic = Installation(exporting.prefix).named(position.topic)
    digest = hashlib.sha256(f"{topic}[{position.partition}]@{position.offset}".encode()).hexdigest()
    low = int(digest[16:32], 16)
    sampled = low < TraceIdRatioBased.get_bound_for_rate(exporting.share)
    return f"00-{digest[:32]}-{digest[32:48]}-{'01' if sampled else '00'}".encode()
