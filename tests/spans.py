"""A collector for tests: takes spans by OTLP over HTTP, and says which traces are whole."""

import threading
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from shared.telemetry import conventions as names
from shared.telemetry import tracing


@contextmanager
def exporting() -> Iterator[InMemorySpanExporter]:
    """Spans that are made meanwhile, in memory."""
    exporter = InMemorySpanExporter()
    tracing.begin("test", SimpleSpanProcessor(exporter))
    yield exporter
    tracing.end()


@dataclass
class Collector:
    """Spans that came: by trace, then by their own id, so that one that came twice counts once."""

    url: str = ""
    traces: dict[bytes, dict[bytes, Span]] = field(default_factory=dict)
    again: int = 0

    def take(self, body: bytes) -> None:
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            for scope in resource.scope_spans:
                for span in scope.spans:
                    of = self.traces.setdefault(span.trace_id, {})
                    self.again += span.span_id in of
                    of[span.span_id] = span

    def of(self, topic: str) -> dict[str, list[Span]]:
        """The traces that began by sending something to a topic, by its key."""
        began: dict[str, list[Span]] = {}
        for spans in list(self.traces.values()):
            for span in list(spans.values()):
                if span.name == f"send {topic}" and not span.parent_span_id:
                    began[str(attributes(span)[names.KEY])] = list(spans.values())
        return began


def attributes(span: Span) -> Mapping[str, str | int | float]:
    return {pair.key: getattr(pair.value, str(pair.value.WhichOneof("value"))) for pair in span.attributes}


def lacks(spans: Sequence[Span], needed: Collection[str], groups: Collection[str]) -> list[str]:
    """What a trace lacks to be whole: names of spans, groups that handle, and parents that did not come."""
    ids = {span.span_id for span in spans}
    orphans = [span.name for span in spans if span.parent_span_id and span.parent_span_id not in ids]
    handled = {str(attributes(span).get(names.GROUP, "")) for span in spans}
    return [
        *(f"no {name}" for name in sorted(set(needed) - {span.name for span in spans})),
        *(f"nothing of {group}" for group in sorted(set(groups) - handled)),
        *(f"no parent of {name}" for name in orphans),
    ]


@contextmanager
def collecting(port: int = 0) -> Iterator[Collector]:
    """A collector on this machine."""
    collector = Collector()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            collector.take(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    collector.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield collector
    finally:
        server.shutdown()
        server.server_close()
