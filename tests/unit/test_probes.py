"""The probes of a service: whoever connects to them and says nothing costs a bounded number of threads, for seconds."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, suppress
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from shared import observe, probes
from shared.telemetry import health
from shared.telemetry.health import SILENT_S, Heartbeats

SILENT = 300


@pytest.fixture
def port() -> Iterator[int]:
    with probes.serve(0, "127.0.0.1", observe.Readiness("test")) as server:
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
        assert threading.active_count() - before <= probes.AT_ONCE

        page, deadline = b"", time.monotonic() + 20
        while not page and time.monotonic() < deadline:
            with suppress(OSError):
                page = metrics(port)
        assert b"tiltyard_ready" in page


def dripping(port: int) -> socket.socket:
    """A connection whose request never ends."""
    connection = socket.create_connection(("127.0.0.1", port))
    connection.sendall(b"GET /ready HTTP/1.1\r\n")
    return connection


def is_open(connection: socket.socket) -> bool:
    """Send one byte more; False where the server has left."""
    try:
        connection.sendall(b"x")
        connection.setblocking(False)
        return connection.recv(1) != b""
    except BlockingIOError:
        connection.setblocking(True)
        return True
    except OSError:
        return False


def eventually(holds: Callable[[], bool], within_s: float = 20.0) -> bool:
    deadline = time.monotonic() + within_s
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def test_requests_that_trickle_in_are_left_after_seconds_however_steadily_they_trickle(port: int) -> None:
    with ExitStack() as stack:
        connections = [stack.enter_context(closing(dripping(port))) for _ in range(probes.AT_ONCE)]

        def left() -> bool:
            connections[:] = [connection for connection in connections if is_open(connection)]
            return not connections

        assert eventually(left)
        assert b"tiltyard_ready" in metrics(port)


def test_a_request_without_end_is_left_after_some_kilobytes(port: int) -> None:
    with closing(socket.create_connection(("127.0.0.1", port))) as connection, pytest.raises(ConnectionError):
        connection.sendall(b"x" * 100_000_000)


def test_whoever_does_not_take_the_answer_is_left_after_seconds(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "alarms", lambda: ["x" * 50_000_000])
    before = threading.active_count()
    with closing(socket.create_connection(("127.0.0.1", port))) as connection:
        connection.sendall(b"GET /ready HTTP/1.1\r\n\r\n")
        assert eventually(lambda: threading.active_count() > before)

        assert eventually(lambda: threading.active_count() <= before)


@pytest.fixture
def beats(monkeypatch: pytest.MonkeyPatch) -> Heartbeats:
    """Those of a process whose clock stands at the list's number."""
    of_test = Heartbeats(lambda: NOW[0])
    monkeypatch.setattr(health, "HEARTBEATS", of_test)
    NOW[0] = 0.0
    return of_test


NOW = [0.0]


def status_of(port: int, path: str) -> int:
    try:
        with urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as page:
            return int(page.status)
    except HTTPError as error:
        return error.code


def test_a_process_that_starts_is_live_and_not_ready(port: int, beats: Heartbeats) -> None:
    assert beats.silent() == []
    assert (status_of(port, "/live"), status_of(port, "/ready")) == (200, 503)


def test_a_loop_that_hangs_is_not_live(port: int, beats: Heartbeats) -> None:
    beats.beat("embedder")
    NOW[0] = SILENT_S + 1

    assert status_of(port, "/live") == 503
    assert beats.silent() == ["the loop of embedder has not turned for 301 s"]


def test_a_loop_that_turns_is_live(port: int, beats: Heartbeats) -> None:
    beats.beat("embedder")
    NOW[0] = SILENT_S + 1
    beats.beat("embedder")

    assert status_of(port, "/live") == 200


def test_a_loop_that_ended_does_not_hang(beats: Heartbeats) -> None:
    with beats.beating("embedder"):
        pass
    NOW[0] = SILENT_S + 1

    assert beats.silent() == []
