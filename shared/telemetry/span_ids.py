"""Ids of spans, and how headers carry them: W3C Trace Context from record to record.

Ids follow from what they are of, so that a record that is handled again, after a crash, gives the spans that it gave
before: what other services hung below them still has its parents.
"""

import re
from collections.abc import Mapping
from hashlib import blake2b, sha256

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.sdk.trace.sampling import TraceIdRatioBased
from opentelemetry.trace import SpanContext, TraceFlags
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from shared.installation import Installation
from shared.records import Position

HEADER = "traceparent"
LONGEST = 128
"""Bytes of a header that are read, and characters of a key that are shown; a W3C `traceparent` has 55."""
NUMBER = "tiltyard-effect"
"""Beside the header within a process, never on a topic: which effect of its record a message belongs to."""
Headers = Mapping[str, bytes]
KEPT, LEFT_OUT = TraceFlags(TraceFlags.SAMPLED), TraceFlags(TraceFlags.DEFAULT)
_USUAL = re.compile(rb"00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})")
_propagator = TraceContextTextMapPropagator()


def read(headers: Headers) -> SpanContext | None:
    """The span that headers name; None where they name none that is valid."""
    value = headers.get(HEADER, b"")[:LONGEST]
    if usual := _USUAL.fullmatch(value):
        kept = int(usual[3], 16) & TraceFlags.SAMPLED
        context = SpanContext(
            int(usual[1], 16), int(usual[2], 16), is_remote=True, trace_flags=KEPT if kept else LEFT_OUT
        )
    elif value:  # of a later version, or nonsense
        carrier = {HEADER: value.decode(errors="replace")}
        context = trace.get_current_span(_propagator.extract(carrier, Context())).get_span_context()
    else:
        return None
    return context if context.is_valid else None


def written(context: SpanContext) -> bytes:
    """As a `traceparent`."""
    return f"00-{context.trace_id:032x}-{context.span_id:016x}-{context.trace_flags:02x}".encode()


def numbered(context: SpanContext, number: int) -> dict[str, bytes]:
    """Headers of what follows from a span, for one effect of its record."""
    return {HEADER: written(context), NUMBER: b"%d" % number}


def of_handling(service: str, position: Position) -> int:
    """Of the span in which a service handles a record."""
    return _id(f"{service} {position.topic} {position.partition} {position.offset}".encode())


def of_sending(headers: Headers, topic: str, key: str) -> int | None:
    """Of the span in which a record's effect is sent; None where the headers do not say which effect it is."""
    if NUMBER not in headers:
        return None
    return _id(b" ".join((headers[HEADER], headers[NUMBER], topic.encode(), key.encode())))


def of_position(position: Position, share: float, prefix: str = "") -> bytes:
    """A `traceparent` whose root nobody has sent: what reads the record at this position agrees on it."""
    topic = Installation(prefix).named(position.topic)
    digest = sha256(f"{topic}[{position.partition}]@{position.offset}".encode()).hexdigest()
    flags = KEPT if is_kept(int(digest[:32], 16), share) else LEFT_OUT
    return f"00-{digest[:32]}-{digest[32:48]}-{flags:02x}".encode()


def is_kept(trace_id: int, share: float) -> bool:
    """Whether a trace that begins here is among the share that is kept, as the SDK decides it."""
    return trace_id & TraceIdRatioBased.TRACE_ID_LIMIT < TraceIdRatioBased.get_bound_for_rate(share)


def _id(of: bytes) -> int:
    """Eight bytes, not all of them 0."""
    return int.from_bytes(blake2b(of, digest_size=8).digest(), "big") or 1
