"""The store as pages ask it: in time, or not at all for a while; pages are served while it is away."""

import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import pytest

from services.web.store import AT_ONCE, StoreInTime
from shared.messages import Revision
from tests.unit.test_web_evidence import a_revision


@dataclass
class Scripted:
    """A store that answers, fails or hangs."""

    error: Exception | None = None
    hangs: bool = False
    asked: int = 0
    released: threading.Event = field(default_factory=threading.Event)

    def latest(self, document_ids: Iterable[str]) -> Mapping[str, Revision]:
        """Raises what it is told to raise."""
        self.asked += 1
        if self.hangs:
            self.released.wait(10)
        if self.error:
            raise self.error
        return {name: a_revision(name) for name in document_ids}


def test_it_is_connected_when_it_is_first_asked_and_once() -> None:
    connected: list[int] = []

    def connect() -> Scripted:
        connected.append(1)
        return Scripted()

    store = StoreInTime(connect)
    assert connected == []
    assert store.latest(["a"])["a"].revision == 1
    store.latest(["a"])
    assert connected == [1]


def test_one_that_is_away_is_left_in_peace_and_comes_back_by_itself() -> None:
    inner = Scripted(error=RuntimeError("no host answers"))
    store = StoreInTime(lambda: inner, rest_s=0.2)
    for _ in range(5):
        with pytest.raises(ConnectionError, match="the store does not answer"):
            store.latest(["a"])
    assert inner.asked == 1, "pages that come a moment later do not wait"

    inner.error = None
    time.sleep(0.25)
    assert store.latest(["a"])


def test_one_that_cannot_be_connected_is_tried_again() -> None:
    tries: list[int] = []

    def connect() -> Scripted:
        tries.append(1)
        if len(tries) == 1:
            raise ConnectionError("no Cassandra node answers")
        return Scripted()

    store = StoreInTime(connect, rest_s=0.0)
    with pytest.raises(ConnectionError):
        store.latest(["a"])
    assert store.latest(["a"])


def test_no_page_waits_for_one_that_hangs() -> None:
    inner = Scripted(hangs=True)
    store, started = StoreInTime(lambda: inner, ask_s=0.1, rest_s=0.0), time.monotonic()
    for _ in range(AT_ONCE + 3):
        with pytest.raises(ConnectionError):
            store.latest(["a"])
    assert inner.asked == AT_ONCE, "so many wait for it, and no more are started"
    assert time.monotonic() - started < 3
    inner.released.set()
    inner.hangs = False
    while inner.asked < AT_ONCE + 1:
        try:
            assert store.latest(["a"])
        except ConnectionError:
            time.sleep(0.01)
