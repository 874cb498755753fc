"""The thread that reads topics into a site, as long as the pages are served."""

import threading
from collections.abc import Callable

import structlog

from services.web.live.site import Site
from services.web.ports import Followed

AT_ONCE, WAIT_S, AWAY_S = 1_000, 0.2, 1.0
log = structlog.get_logger()


class Following:
    """Reads until it is told to stop. `ready` is called once all that was kept has been read."""

    def __init__(self, site: Site, records: Followed, ready: Callable[[], None]) -> None:
        self._site, self._records, self._ready = site, records, ready
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
        is_ready = False
        while not self._stopping.is_set():
            try:
                for record in self._records.poll(AT_ONCE, WAIT_S):
                    self._site.take(record)
                self._site.is_away(away=False)
                if not is_ready and self._records.caught_up():
                    is_ready = True
                    self._ready()
            except ConnectionError as error:
                log.warning("the broker is away", why=str(error))
                self._site.is_away(away=True)
                self._stopping.wait(AWAY_S)
