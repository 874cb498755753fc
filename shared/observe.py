"""What operators see of a service: JSON logs, Prometheus metrics, readiness and liveness.

`/metrics`, `/ready` and `/live` are served on the service's own port. `/ready` answers 503 until the service consumes,
`/live` once a loop of it hangs.
"""

import logging
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import perf_counter, time
from typing import Any

import structlog
from prometheus_client import generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from structlog.tracebacks import ExceptionDictTransformer

from shared import tracebacks
from shared.masking import masked, masked_inside
from shared.records import RawRecord
from shared.telemetry import health, metrics, tracing

PROBES_AT_ONCE, PROBE_S = 64, 2.0
"""Connections that are answered at the same time, and how long one may be silent, in seconds."""
_QUIET = ("aiokafka", "httpcore", "httpx", "huggingface_hub", "openai")
"""Libraries that log requests with their addresses and bodies below WARNING: documents and questions among them."""


def configure_logging(service: str, level: str) -> None:
    """One JSON object a line on standard error, with the service's name in each; no secrets, nor in tracebacks."""
    tracebacks.mask()
    logging.basicConfig(level=level, stream=sys.stderr, force=True)
    for handler in logging.getLogger().handlers:
        handler.setFormatter(_Masking("%(message)s"))
    for library in _QUIET:
        logging.getLogger(library).setLevel(max(logging.WARNING, logging.getLevelNamesMapping()[level]))
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            lambda _, __, event: {"service": service, **event},  # in every thread
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.ExceptionRenderer(ExceptionDictTransformer(show_locals=False)),  # locals hold secrets
            lambda _, __, event: masked_inside(event),
            structlog.processors.JSONRenderer(default=lambda value: masked(str(value))),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


class _Masking(logging.Formatter):
    """Lines of libraries, their tracebacks included, without the secrets of the addresses in them."""

    def format(self, record: logging.LogRecord) -> str:
        return masked(super().format(record))


def taken(service: str, records: Sequence[RawRecord]) -> None:
    """Count the records of a batch, and how long each waited since the broker took it."""
    metrics.RECORDS.of(service).inc(len(records))
    queued, now = metrics.QUEUE_SECONDS.of(service), time()
    for record in records:
        queued.observe(max(0.0, now - record.appended_at.timestamp()))


def took(service: str, seconds: float) -> None:
    """Time a batch, from its handling to the end of its flush."""
    metrics.BATCH_SECONDS.of(service).observe(seconds)


@contextmanager
def batch(service: str, records: Sequence[RawRecord]) -> Iterator[None]:
    """Count, time and trace a batch, where all of it is in one place."""
    taken(service, records)
    started, trail = perf_counter(), tracing.taken(service, records)
    with trail.working():
        yield
    trail.ended(records)
    took(service, perf_counter() - started)


def watch_dead_share(service: str, share: Callable[[], float], alarm: Callable[[], str]) -> None:
    """Show a share of dead letters from now on; what `alarm` says stands on `/ready`, whose status stays."""
    metrics.DEAD_SHARE.of(service).set_function(share)
    health.alarm(service, "dead letters", alarm)


class Readiness:
    """Whether a service consumes, as a value that its probe and its metrics share."""

    def __init__(self, service: str) -> None:
        self._gauge = metrics.READY.of(service)
        self._ready = threading.Event()
        self._gauge.set(0)

    def announce(self) -> None:
        self._ready.set()
        self._gauge.set(1)

    def __bool__(self) -> bool:
        return self._ready.is_set()


class ProbeServer(ThreadingHTTPServer):
    """Answers so many connections at a time, each in a thread, and closes those beyond: nobody can hold all threads."""

    request_queue_size = 128

    def __init__(self, *arguments: Any) -> None:
        self._free = threading.BoundedSemaphore(PROBES_AT_ONCE)
        super().__init__(*arguments)

    def process_request(self, request: Any, client_address: Any) -> None:
        if self._free.acquire(blocking=False):
            super().process_request(request, client_address)
        else:
            self.shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._free.release()

    def handle_error(self, *_: Any) -> None:
        """A prober that is slow or has gone is not worth a log line."""


def state(readiness: Readiness) -> str:
    """What `/ready` says: ready or starting, and what an operator must know."""
    return "\n".join(["ready" if readiness else "starting", *health.alarms(), ""])


def serve(port: int, host: str, readiness: Readiness) -> ThreadingHTTPServer:
    """Serve `/metrics`, `/ready` and `/live` from a daemon thread; port 0 lets the system choose."""

    class Probe(BaseHTTPRequestHandler):
        timeout = PROBE_S

        def do_GET(self) -> None:
            if self.path == "/metrics":
                self._answer(200, generate_latest(), CONTENT_TYPE_LATEST)
            elif self.path == "/ready":
                self._answer(200 if readiness else 503, state(readiness).encode(), "text/plain")
            elif self.path == "/live":
                hanging = health.HEARTBEATS.silent()
                self._answer(503 if hanging else 200, "\n".join([*(hanging or ["live"]), ""]).encode(), "text/plain")
            else:
                self._answer(404, b"try /metrics, /ready or /live\n", "text/plain")

        def _answer(self, status: int, body: bytes, content_type: str) -> None:
            self.send_response(status)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            with suppress(ConnectionError):  # the prober did not wait
                self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the name is inherited)
            """Probes every few seconds are not worth a log line."""

    server = ProbeServer((host, port), Probe)
    threading.Thread(target=server.serve_forever, name="observe", daemon=True).start()
    return server
