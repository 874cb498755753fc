"""The store as the pages use it: asked within a time, and left in peace for a while where it does not answer."""

import threading
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future
from time import monotonic

import structlog

from services.web.ports import StandingRevisions
from shared.messages import Revision

ASK_S, REST_S, AT_ONCE = 2.0, 10.0, 4
"""Seconds that a page waits, and in which nobody asks after that; and how many may be asking."""
log = structlog.get_logger()


class StoreInTime:
    """StandingRevisions over a store that is connected when it is first asked, and again after it was away.

    A page never waits longer than `ASK_S`, whatever the store does, and pages that come then do not wait at all.
    """

    def __init__(self, connect: Callable[[], StandingRevisions], ask_s: float = ASK_S, rest_s: float = REST_S) -> None:
        self._connect, self._ask_s, self._rest_s = connect, ask_s, rest_s
        self._store: StandingRevisions | None = None
        self._connecting, self._asking = threading.Lock(), threading.BoundedSemaphore(AT_ONCE)
        self._rests_until = 0.0

    def latest(self, document_ids: Iterable[str]) -> Mapping[str, Revision]:
        """As the store says. Raises ConnectionError where it does not answer in time, or did not a moment ago."""
        if monotonic() < self._rests_until or not self._asking.acquire(blocking=False):
            raise ConnectionError("the store does not answer at the moment")
        asked: Future[Mapping[str, Revision]] = Future()
        threading.Thread(target=self._ask, args=(asked, list(document_ids)), name="store", daemon=True).start()
        try:
            return asked.result(self._ask_s)
        except Exception as error:  # whatever a driver raises: the page is shown without the store
            self._rests_until = monotonic() + self._rest_s
            log.warning("the store does not answer", why=repr(error))
            raise ConnectionError("the store does not answer at the moment") from error

    def _ask(self, asked: "Future[Mapping[str, Revision]]", document_ids: list[str]) -> None:
        try:
            with self._connecting:
                store = self._store = self._store or self._connect()
            asked.set_result(store.latest(document_ids))
        except Exception as error:
            asked.set_exception(error)
        finally:
            self._asking.release()


class NoStore:
    """Where there is none."""

    def latest(self, document_ids: Iterable[str]) -> Mapping[str, Revision]:
        """Raises ConnectionError."""
        del document_ids
        raise ConnectionError("these pages have no store to ask")
