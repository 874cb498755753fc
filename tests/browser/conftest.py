"""The pages in a real browser: Chromium where it is installed, over a site whose broker is in memory."""

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from services.web.app import application
from services.web.serving import listen, server
from services.web.settings import WebSettings
from tests.web import Pages

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PICTURES = Path(__file__).parents[2] / "build" / "pages"
ENDS_S = 30.0


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """Ended with the last test of this folder: while it runs, no other event loop can in this thread."""
    installed = next((path for name in NAMES if (path := shutil.which(name))), None)
    if installed is None:
        pytest.skip("no Chromium is installed (Debian: apt-get install chromium): the pages are not tried in a browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=installed, args=["--no-sandbox"])
        yield browser
        browser.close()


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


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """Of a browser that has not been here before. Whatever its console complains about fails the test."""
    context = chromium.new_context(viewport={"width": 1_100, "height": 800})
    opened, complaints = context.new_page(), list[str]()
    opened.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    yield opened
    context.close()
    assert not complaints
