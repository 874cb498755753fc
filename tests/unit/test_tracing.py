"""Traces: the names that they use, the share of them that is kept, and where they go."""

from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.semconv._incubating.attributes import gen_ai_attributes, messaging_attributes
from opentelemetry.semconv.schemas import Schemas

from shared.observe_settings import ObserveSettings
from shared.records import Position, RawRecord
from shared.telemetry import conventions, otlp, tracing
from tests.builders import NOON

ATTRIBUTES = {
    str(value)
    for module in (messaging_attributes, gen_ai_attributes)
    for name, value in vars(module).items()
    if name.isupper() and isinstance(value, str)
}


def records(count: int) -> list[RawRecord]:
    return [RawRecord(Position("t", 0, offset), b"k", b"v", NOON) for offset in range(count)]


def test_names_of_attributes_are_those_of_the_conventions_that_are_pinned() -> None:
    used = {value for name, value in vars(conventions).items() if name.isupper() and "." in str(value)}
    foreign = {value for value in used if not value.startswith(("tiltyard.", "https://"))}

    assert conventions.SCHEMA_URL in {schema.value for schema in Schemas}
    assert foreign - ATTRIBUTES == set()


def test_a_share_of_traces_is_kept_and_every_process_keeps_the_same() -> None:
    kept = []
    for service in ("one", "another"):
        exporter = InMemorySpanExporter()
        tracing.begin(service, SimpleSpanProcessor(exporter), share=0.25)
        for record in records(400):
            tracing.taken(service, [record]).ended([record])
        tracing.end()
        spans = [span for span in exporter.get_finished_spans() if span.name == "process t"]
        kept.append({span.context.trace_id for span in spans if span.context})

    assert kept[0] == kept[1]
    assert 60 < len(kept[0]) < 140


def test_a_header_that_is_no_trace_begins_one() -> None:
    tracing.begin("test", SimpleSpanProcessor(InMemorySpanExporter()))
    try:
        sent = tracing.sent("t", "k", {"traceparent": b"\xff" * 5_000})[tracing.HEADER]
    finally:
        tracing.end()

    assert len(sent) == 55


def test_without_an_endpoint_nothing_is_exported() -> None:
    otlp.export("test", ObserveSettings(otlp_endpoint=""))

    assert tracing.taken("test", records(1)) is tracing.NOTHING


def test_a_collector_that_is_away_costs_no_record() -> None:
    otlp.export("test", ObserveSettings(otlp_endpoint="http://127.0.0.1:9"))
    trail = tracing.taken("test", records(3))
    trail.ended(records(3))
    tracing.end()

    assert trail is not tracing.NOTHING
