"""Exporting spans by OTLP over HTTP with protobuf, beside the work: without a collector spans are lost, no record."""

from shared.observe_settings import ObserveSettings
from shared.telemetry import tracing

TIMEOUT_S = 5.0


def export(service: str, settings: ObserveSettings) -> None:
    """Export the spans of this process, where the settings say where to."""
    if not settings.otlp_endpoint:
        return
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    headers = {name: value.get_secret_value() for name, value in settings.otlp_headers.items()}
    endpoint = f"{settings.otlp_endpoint.rstrip('/')}/v1/traces"
    exporter = OTLPSpanExporter(endpoint=endpoint, headers=headers, timeout=TIMEOUT_S)
    tracing.begin(service, BatchSpanProcessor(exporter), settings.otlp_share, settings.prefix)
