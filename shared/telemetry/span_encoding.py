"""Spans as bytes of OTLP, a fraction of the time that the exporter's own encoding takes.

The bytes are whole requests: put one behind another, they are one request again, as protobuf has it.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.resource.v1.resource_pb2 import Resource
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans, ScopeSpans, Span, Status
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.trace import SpanContext, SpanKind, StatusCode
from opentelemetry.util.types import AttributeValue as Value

from shared.telemetry import conventions as names

_KINDS = {
    SpanKind.INTERNAL: Span.SPAN_KIND_INTERNAL, SpanKind.SERVER: Span.SPAN_KIND_SERVER,
    SpanKind.CLIENT: Span.SPAN_KIND_CLIENT, SpanKind.PRODUCER: Span.SPAN_KIND_PRODUCER,
    SpanKind.CONSUMER: Span.SPAN_KIND_CONSUMER,
}  # fmt: skip
OF_FEW_VALUES = {
    names.SYSTEM, names.OPERATION_NAME, names.OPERATION_TYPE, names.GROUP, names.TOPIC, names.PARTITION,
}  # fmt: skip
_ERROR = Status.STATUS_CODE_ERROR
_KNOWN, _REMOTE = 0x100, 0x200
"""Flags of a span or link: whether its parent is of another process is known, and that it is."""


def encoded(spans: Sequence[ReadableSpan]) -> bytes:
    """One request with spans of one process, whose resource and scope all of them share; spans have no events."""
    first = spans[0]
    scope = first.instrumentation_scope
    holding = ScopeSpans()
    if scope is not None:
        holding.scope.name, holding.schema_url = scope.name, scope.schema_url or ""
    for span in spans:
        _put(span, holding.spans.add())
    whole = ResourceSpans(scope_spans=[holding])
    _put_pairs(first.resource.attributes.items(), whole.resource)
    request: bytes = ExportTraceServiceRequest(resource_spans=[whole]).SerializeToString()
    return request


def _put(span: ReadableSpan, into: Span) -> None:
    assert span.context is not None
    into.trace_id, into.span_id = _ids(span.context)
    into.flags = _KNOWN
    if span.parent is not None:
        _, into.parent_span_id = _ids(span.parent)
        into.flags = _flags(span.parent)
    into.name, into.kind = span.name, _KINDS[span.kind]
    into.start_time_unix_nano, into.end_time_unix_nano = span.start_time or 0, span.end_time or 0
    _put_attributes(span.attributes or {}, into)
    for link in span.links:
        trace_id, span_id = _ids(link.context)
        into.links.add(trace_id=trace_id, span_id=span_id, flags=_flags(link.context))
    into.status.SetInParent()
    if not span.status.is_unset:
        into.status.code = _ERROR if span.status.status_code is StatusCode.ERROR else Status.STATUS_CODE_OK
        into.status.message = span.status.description or ""


def _ids(context: SpanContext) -> tuple[bytes, bytes]:
    return context.trace_id.to_bytes(16, "big"), context.span_id.to_bytes(8, "big")


def _flags(context: SpanContext) -> int:
    return _KNOWN | (_REMOTE if context.is_remote else 0)


def _put_attributes(attributes: Mapping[str, Value], into: Span) -> None:
    """Those of few values from what was encoded before, then the others."""
    into.MergeFromString(_again(tuple((key, value) for key, value in attributes.items() if key in OF_FEW_VALUES)))
    _put_pairs(((key, value) for key, value in attributes.items() if key not in OF_FEW_VALUES), into)


@lru_cache(maxsize=1_024)
def _again(pairs: tuple[tuple[str, Value], ...]) -> bytes:
    """A span that has these attributes and nothing else."""
    span = Span()
    _put_pairs(pairs, span)
    encoded_span: bytes = span.SerializeToString()
    return encoded_span


def _put_pairs(pairs: Iterable[tuple[str, Value]], into: Span | Resource) -> None:
    """Numbers as numbers; what is neither a number nor a text, as its text."""
    for key, value in pairs:
        pair = into.attributes.add(key=key)
        if isinstance(value, bool):
            pair.value.bool_value = value
        elif isinstance(value, int):
            pair.value.int_value = value
        elif isinstance(value, float):
            pair.value.double_value = value
        else:
            pair.value.string_value = str(value)
