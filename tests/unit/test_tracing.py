"""Traces: the names that they use, the share of them that is kept, and where they go."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.semconv._incubating.attributes import gen_ai_attributes, messaging_attributes
from opentelemetry.semconv.schemas import Schemas

from shared.observe_settings import ObserveSettings
from shared.records import Effect, Position, RawRecord
from shared.telemetry import conventions, otlp, tracing
from shared.telemetry.span_encoding import encoded
from shared.telemetry.span_ids import HEADER
from tests.builders import NOON
from tests.spans import collecting, exporting

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
        sent = tracing.sent("t", "k", {"traceparent": b"\xff" * 5_000})[HEADER]
    finally:
        tracing.end()

    assert len(sent) == 55


def test_without_an_endpoint_nothing_is_exported() -> None:
    otlp.export("test", ObserveSettings(otlp_endpoint=""))

    assert tracing.taken("test", records(1)) is tracing.NOTHING


def handled(service: str, effects: int = 1) -> list[bytes]:
    """Headers that go out where a service handles one record, by effect."""
    [record] = records(1)
    trail = tracing.taken(service, [record])
    out = [
        tracing.sent("out", "key", effect.cause.headers)[HEADER]
        for effect in trail.led_to([Effect("x", record) for _ in range(effects)])
    ]
    trail.ended([record])
    return out


@pytest.fixture
def exported() -> Iterator[InMemorySpanExporter]:
    with exporting() as exporter:
        yield exporter


def test_a_record_that_is_handled_again_has_the_spans_that_it_had(exported: InMemorySpanExporter) -> None:
    before = handled("one")
    spans = {span.context.span_id for span in exported.get_finished_spans() if span.name != "process one"}
    exported.clear()
    again = handled("one")

    assert before == again
    assert spans == {span.context.span_id for span in exported.get_finished_spans() if span.name != "process one"}


@pytest.mark.usefixtures("exported")
def test_services_that_handle_the_same_record_have_spans_of_their_own() -> None:
    assert handled("one") != handled("another")


@pytest.mark.usefixtures("exported")
def test_two_effects_of_a_record_are_sent_in_spans_of_their_own() -> None:
    first, second = handled("one", effects=2)

    assert first != second


@pytest.mark.usefixtures("exported")
def test_the_number_of_an_effect_goes_on_no_topic() -> None:
    [record] = records(1)
    trail = tracing.taken("one", [record])
    [effect] = trail.led_to([Effect("x", record)])

    assert set(tracing.sent("out", "key", effect.cause.headers)) == {HEADER}


@pytest.mark.usefixtures("exported")
def test_a_header_of_a_later_version_is_followed() -> None:
    later = b"01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more"

    assert tracing.sent("t", "k", {HEADER: later})[HEADER].split(b"-")[1] == later.split(b"-")[1]


def test_spans_are_encoded_as_the_library_encodes_them(exported: InMemorySpanExporter) -> None:
    trail = tracing.taken("one", records(3))
    with trail.working(), tracing.calling("chat model", {conventions.MODEL: "model", conventions.CHATS: 2}):
        tracing.sent("out", "key", {})
    trail.ended(records(2))
    spans = exported.get_finished_spans()

    assert len(spans) == 6
    assert ExportTraceServiceRequest.FromString(encoded(spans)) == encode_spans(spans)


def test_spans_are_kept_before_what_they_tell_of_is_committed() -> None:
    kept = list[int]()
    exporter = InMemorySpanExporter()
    tracing.begin("test", SimpleSpanProcessor(exporter), keep=lambda: kept.append(len(exporter.get_finished_spans())))
    try:
        tracing.sent("out", "key", {})
        trail = tracing.taken("one", records(2))
        tracing.sent("out", "key", {})
        assert kept == [1], "what is sent within a batch is kept with it"
        trail.ended(records(2))
    finally:
        tracing.end()

    assert kept == [1, 5]


def test_a_folder_that_cannot_hold_spans_is_told_with_its_setting(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    settings = ObserveSettings(otlp_endpoint="http://127.0.0.1:9", otlp_folder=tmp_path / "file")

    with pytest.raises(ValueError, match="TILTYARD_OBSERVE_OTLP_FOLDER"):
        otlp.export("test", settings)


def test_a_collector_that_is_away_costs_no_record_and_gets_the_spans_of_a_process_that_ended(tmp_path: Path) -> None:
    otlp.export("test", ObserveSettings(otlp_endpoint="http://127.0.0.1:9", otlp_folder=tmp_path))
    trail = tracing.taken("test", records(3))
    trail.ended(records(3))
    tracing.end()
    with collecting() as collector:
        otlp.export("another", ObserveSettings(otlp_endpoint=collector.url, otlp_folder=tmp_path))
        tracing.end()

    assert sum(len(spans) for spans in collector.traces.values()) == 4
