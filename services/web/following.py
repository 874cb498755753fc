"""The thread that reads topics into a site, as long as the pages are served."""

import threading
from collections.abc import Callable

import structlog

from services.web.live.site import Site
from services.web.ports import Followed
from shared.records import KEY, RawRecord, bounded, key_of

AT_ONCE, WAIT_S, AWAY_S = 1_000, 0.2, 1.0
log = structlog.get_logger()


class Following:
    """Reads until it is told to stop. `ended` is called where it ends by itself: then pages would grow stale unseen."""

    def __init__(self, site: Site, records: Followed, ready: Callable[[], None], ended: Callable[[], None]) -> None:
        self._site, self._records, self._ready, self._ended = site, records, ready, ended
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="following", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """End reading, and wait until it has ended."""
        self._stopping.set()
        self._thread.join()
        self._records.close()

    def _run(self) -> None:
        try:
            while not self._stopping.is_set():
                self._read()
        except Exception:
            log.exception("reading the topics ended")
            self._ended()

    def _read(self) -> None:
        try:
            records = self._records.poll(AT_ONCE, WAIT_S)
            for record in records:
                self._take(record)
            self._site.set_away(away=False)
            if self._site.is_reading and self._records.caught_up():
                self._site.finish_reading()
                self._ready()
        except ConnectionError as error:
            log.warning("the broker is away", why=str(error))
            self._site.set_away(away=True)
            self._stopping.wait(AWAY_S)

    def _take(self, record: RawRecord) -> None:
        """A record of a stranger that brings out a fault of ours is logged, and the next one goes on."""
        try:
            self._site.take(record)
        except Exception:
            log.exception("a record is left out", position=record.position, key=bounded(key_of(record), KEY))
