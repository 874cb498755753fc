"""Exporting spans by OTLP over HTTP with protobuf, beside the work: a collector that is away costs no record.

Spans are written to files before what they tell of is committed, and sent from there every few seconds. So spans of a
process that is killed are sent by the next one that looks (`spool.py`).
"""

import threading
import urllib.error
import urllib.request
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from http.client import HTTPException
from pathlib import Path

import structlog
from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor

from shared.observe_settings import ObserveSettings
from shared.telemetry import tracing
from shared.telemetry.spool import Spool

TIMEOUT_S, EVERY_S, MOST_BYTES = 5.0, 5.0, 32 * 1024 * 1024
"""Of a request; between two sendings; of spans of one process that wait for a collector that is away."""
REFUSED = range(400, 500)
AGAIN = {408, 429}
log = structlog.get_logger()
Post = Callable[[bytes], None]


def export(service: str, settings: ObserveSettings) -> None:
    """Export the spans of this process, where the settings say where to; ValueError where they cannot wait anywhere."""
    if not settings.otlp_endpoint:
        return
    folder = settings.spans_folder
    headers = {name: value.get_secret_value() for name, value in settings.otlp_headers.items()}
    address = f"{settings.otlp_endpoint.rstrip('/')}/v1/traces"
    try:
        outbox = Outbox(folder, lambda body: posted(address, headers, body))
    except OSError as error:
        raise ValueError(
            f"spans cannot wait in {folder} ({error.strerror}): set TILTYARD_OBSERVE_OTLP_FOLDER"
        ) from error
    tracing.begin(service, outbox, settings.otlp_share, prefix=settings.prefix, keep=outbox.keep)


class Outbox(SpanProcessor):
    """Collects spans that ended, keeps them in files, and sends these from a thread of its own."""

    def __init__(self, folder: Path, post: Post, every_s: float = EVERY_S) -> None:
        self._spool, self._post, self._every_s = Spool(folder, MOST_BYTES), post, every_s
        self._made = deque[ReadableSpan]()
        self._lock, self._stopping = threading.Lock(), threading.Event()
        self._trouble = ""
        self._thread = threading.Thread(target=self._run, name="spans", daemon=True)
        self._thread.start()

    def on_end(self, span: ReadableSpan) -> None:
        self._made.append(span)

    def keep(self) -> None:
        """What ended until now outlives this process."""
        with self._lock:
            made = [self._made.popleft() for _ in range(len(self._made))]
            if made:
                self._write(made)

    def shutdown(self) -> None:
        """Send what is left once; what is not taken stays for the next process."""
        self._stopping.set()
        self._thread.join(2 * TIMEOUT_S)
        self._spool.close()

    def _run(self) -> None:
        while not self._stopping.wait(self._every_s):
            self._send()
        self._send()

    def _send(self) -> None:
        self.keep()
        try:
            self._spool.send(self._post)
        except (OSError, HTTPException) as error:
            self._told(str(error))
        else:
            self._trouble = ""

    def _write(self, made: Sequence[ReadableSpan]) -> None:
        from shared.telemetry.span_encoding import encoded

        try:
            if not self._spool.write(encoded(made)):
                self._told("spans are lost: so many wait already")
        except OSError as error:
            self._told(f"spans are lost: {error.strerror}")

    def _told(self, reason: str) -> None:
        """Once, until it is another reason or over."""
        if reason != self._trouble:
            log.warning("spans cannot be sent", reason=reason)
        self._trouble = reason


def posted(address: str, headers: Mapping[str, str], body: bytes) -> None:
    """What the collector refuses for good is lost. OSError, HTTPException: it may take it later."""
    if not body:
        return
    kind = {"Content-Type": "application/x-protobuf"}
    request = urllib.request.Request(address, body, {**headers, **kind})  # noqa: S310 (the settings demand http or https)
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_S) as reply:  # noqa: S310
            reply.read()
    except urllib.error.HTTPError as error:
        if error.code not in REFUSED or error.code in AGAIN:
            raise
        log.warning("spans are refused", status=error.code)
