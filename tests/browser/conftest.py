"""The pages in a real browser: Chromium where it is installed, over a site whose broker is in memory."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.web.app import application
from services.web.serving import listen, server
from services.web.settings import WebSettings
from tests.web import Pages

PICTURES = Path(__file__).parents[2] / "build" / "pages"
ENDS_S = 30.0


class Served:
    """A site and its address, served in a thread."""

    def __init__(self) -> None:
        self.pages = Pages(settings=WebSettings(port=0))
        self._server = server(application(self.pages.site), self.pages.settings, self.pages.site.changes.close)
        self._listening = listen(self.pages.settings)
        self.address = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        self._server.run(sockets=[self._listening])

    def end(self) -> None:
        """Open pages end first."""
        self._server.end()
        self._thread.join(ENDS_S)
        assert not self._thread.is_alive()


@pytest.fixture
def served() -> Iterator[Served]:
    serving = Served()
    yield serving
    serving.end()
