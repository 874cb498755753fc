"""The pages that a feed's entries link to: a few in one pass, at a polite pace, and only what robots.txt allows."""

from collections.abc import Callable
from dataclasses import dataclass

import httpx

from services.ingest.documents import page_text
from services.ingest.feed_settings import FeedSettings
from services.ingest.fetching import Page, RefusedError, fetch
from services.ingest.ports import FeedUnavailableError
from services.ingest.robots import Robots

OK, BROKEN = 200, 500
TOO_MANY = 429


@dataclass(frozen=True)
class Article:
    """A page's HTML, or why there is none. `again`: asking later may help; `deferred`: it was not asked for yet."""

    text: str = ""
    problem: str = ""
    again: bool = False
    deferred: bool = False


class Articles:
    """The pages of one pass; `waiting` says whether some are left for the next."""

    def __init__(self, settings: FeedSettings, pause: Callable[[float], object]) -> None:
        self.waiting = False
        self._settings = settings
        self._pause = pause
        self._robots = Robots(settings)
        self._asked = 0

    def read(self, url: str) -> Article:
        article = self._read(url) if self._asked < self._settings.max_articles else Article(deferred=True)
        self.waiting = self.waiting or article.deferred or article.again
        return article

    def _read(self, url: str) -> Article:
        if not url.startswith(("http://", "https://")):
            return Article(problem="no http or https address")
        if not self._robots.allow(url):
            return Article(problem="robots.txt does not allow it")
        if self._asked:
            self._pause(self._robots.pause_s(url))
        self._asked += 1
        try:
            return self._of(fetch(url, self._settings, most_bytes=self._settings.max_page_bytes))
        except RefusedError as error:
            return Article(problem=str(error))
        except FeedUnavailableError as error:
            return Article(problem=str(error), again=True)

    def _of(self, page: Page) -> Article:
        if page.status != OK:
            return Article(problem=f"status {page.status}", again=page.status >= BROKEN or page.status == TOO_MANY)
        kind = page.headers.get("Content-Type", "text/html")
        if "html" not in kind:
            return Article(problem=f"{kind} is no HTML")
        text = page_text(page.body, httpx.Response(OK, headers={"Content-Type": kind}).charset_encoding or "")
        cut = text.encode()[: self._settings.max_page_bytes].decode(errors="ignore")
        return Article(cut, "" if page.whole else f"cut at {self._settings.max_page_bytes} bytes")
