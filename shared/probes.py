"""`/metrics`, `/ready` and `/live` of a service, on its own port, with bounds on what a stranger there can hold.

`/ready` answers 503 until the service consumes, `/live` once a loop of it hangs.
"""

import io
import socket
import threading
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import monotonic
from typing import Any

from prometheus_client import generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from shared.observe import Readiness
from shared.telemetry import health

AT_ONCE, WITHIN_S, MOST_BYTES = 64, 2.0, 8_192
"""Connections that are answered at the same time; how long a request may take to come, and its answer to be taken, in
seconds each, however steadily bytes trickle; and how large a request may be."""


class ProbeServer(ThreadingHTTPServer):
    """Answers so many connections at a time, each in a thread, and closes those beyond: nobody can hold all threads."""

    request_queue_size = 128

    def __init__(self, *arguments: Any) -> None:
        self._free = threading.BoundedSemaphore(AT_ONCE)
        super().__init__(*arguments)

    def process_request(self, request: Any, client_address: Any) -> None:
        if not self._free.acquire(blocking=False):
            self.shutdown_request(request)
            return
        try:
            super().process_request(request, client_address)
        except RuntimeError:  # the system gives no further thread
            self._free.release()
            raise

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._free.release()

    def handle_error(self, *_: Any) -> None:
        """A prober that is slow or has gone is not worth a log line."""


class _Request(io.RawIOBase):
    """What a connection sends, within a time and a size for all of it; TimeoutError and ConnectionError beyond."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection, self._until, self._left = connection, monotonic() + WITHIN_S, MOST_BYTES

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        if self._left <= 0:
            raise ConnectionError(f"more than {MOST_BYTES} bytes")
        if (wait := self._until - monotonic()) <= 0:
            raise TimeoutError(f"not whole after {WITHIN_S:g} s")
        self._connection.settimeout(wait)
        count = self._connection.recv_into(buffer, min(len(buffer), self._left))
        self._left -= count
        return count


def state(readiness: Readiness) -> str:
    """What `/ready` says: ready or starting, and what an operator must know."""
    return "\n".join(["ready" if readiness else "starting", *health.alarms(), ""])


def serve(port: int, host: str, readiness: Readiness) -> ThreadingHTTPServer:
    """Serve `/metrics`, `/ready` and `/live` from a daemon thread; port 0 lets the system choose."""

    class Probe(BaseHTTPRequestHandler):
        def setup(self) -> None:
            super().setup()
            self.rfile.close()
            self.rfile = io.BufferedReader(_Request(self.connection))

        def do_GET(self) -> None:
            self.connection.settimeout(WITHIN_S)  # of all of the answer: what is written is sent whole or not at all
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
