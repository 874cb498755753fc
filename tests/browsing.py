"""Chromium for tests, where it is installed."""

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
expect.set_options(timeout=30_000)  # what is expected comes at once, unless the machine has other work


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Ended with the last test of the module: while it runs, no other event loop can in this thread."""
    installed = next((path for name in NAMES if (path := shutil.which(name))), None)
    if installed is None:
        pytest.skip("no Chromium is installed (Debian: apt-get install chromium): the pages are not tried in a browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=installed, args=["--no-sandbox"])
        yield browser
        browser.close()


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
