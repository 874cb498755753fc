"""The probes of a service: whoever connects to them and says nothing costs a bounded number of threads, for seconds."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, suppress
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from shared import observe
from shared.telemetry import health
from shared.telemetry.health import SILENT_S, Heartbeats

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
