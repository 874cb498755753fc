"""The probes of a service: whoever connects to them and says nothing costs a bounded number of threads, for seconds."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, suppress
from urllib.request import urlopen

import pytest

from shared import observe

SILENT = 300


@pytest.fixture
def port() -> Iterator[int]:
    with observe.serve(0, "127.0.0.1", observe.Readiness("test")) as server:
        yield server.server_port
        server.shutdown()


def metrics(port: int) -> bytes:
    with urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as page:
        return bytes(page.read())


def test_silent_connections_hold_few_threads_and_are_left_after_seconds(port: int) -> None:
    before = threading.active_count()
    with ExitStack() as connections:
        for _ in range(SILENT):
            connections.enter_context(closing(socket.create_connection(("127.0.0.1", port))))
        assert threading.active_count() - before <= observe.PROBES_AT_ONCE

        page, deadline = b"", time.monotonic() + 20
        while not page and time.monotonic() < deadline:
            with suppress(OSError):
                page = metrics(port)
        assert b"tiltyard_ready" in page
