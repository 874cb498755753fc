"""RSS and Atom (feedparser), asked conditionally: an unchanged feed costs one request with an empty answer.

The position is what the server said of the answer's version (ETag, Last-Modified), saved once everything in it is
published. Content goes on as HTML: ingest finds the text in it. An entry that leaves the feed is not retracted.
"""

import io
import json
from calendar import timegm
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import feedparser

from services.ingest.articles import Articles
from services.ingest.feed_items import document, document_id, feed_name
from services.ingest.feed_settings import FeedSettings
from services.ingest.fetching import Page, fetch
from services.ingest.ports import BadItem, Bookmark, Feed, FeedItem, FeedSource, FeedUnavailableError, Found, Reached
from shared.feed_state import digest

OK, UNCHANGED = 200, 304
_HARMLESS = ("CharacterEncodingOverride", "NonXMLContentType")


def build(source: FeedSource, settings: FeedSettings) -> Feed:
    """A feed by its address; raises ValueError for one that is not http or https."""
    if not source.address.startswith(("http://", "https://")):
        raise ValueError(f"{source.address}: an RSS or Atom feed has an http or https address")
    return Rss(source, settings)


@dataclass(frozen=True)
class Rss:
    """The feed at an address. `now` says when an entry was met."""

    source: FeedSource
    settings: FeedSettings
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    @property
    def name(self) -> str:
        return feed_name("rss", self.source)

    @property
    def every_s(self) -> float:
        return self.settings.rss_every_s

    def read(self, bookmark: Bookmark) -> Iterator[Found]:
        page = self._asked(json.loads(bookmark.position or "{}"))
        if page.status == UNCHANGED:
            return
        parsed = _parsed(page, self.source.address)
        yield from self._reported(page, parsed)
        entries = parsed.entries if page.whole else parsed.entries[:-1]  # the last one of a cut feed may be cut itself
        articles = Articles(self.settings, self.source.pause)
        for entry in reversed(entries):
            yield from self._new(entry, bookmark, articles)
        if not articles.waiting:
            version = {
                "If-None-Match": page.headers.get("ETag"),
                "If-Modified-Since": page.headers.get("Last-Modified"),
            }
            yield Reached(json.dumps({name: value for name, value in version.items() if value}))

    def _asked(self, version: dict[str, str]) -> Page:
        """The feed as it is now, or that it is as it was."""
        page = fetch(self.source.address, self.settings, most_bytes=self.settings.max_feed_bytes, headers=version)
        if page.status not in (OK, UNCHANGED):
            after = page.headers.get("Retry-After", "")
            raise FeedUnavailableError(f"{page.url}: status {page.status}", float(after) if after.isdecimal() else 0.0)
        return page

    def _reported(self, page: Page, parsed: Any) -> Iterator[BadItem]:
        """What is wrong with the feed as a whole, while there is something to be read in it."""
        fault = parsed.get("bozo_exception") if parsed.get("bozo") else None
        if not parsed.entries and (fault or not parsed.get("version")):
            raise FeedUnavailableError(f"{page.url} is no RSS or Atom feed: {fault or 'nothing of the kind is in it'}")
        if not page.whole:
            yield BadItem(page.url, f"cut at {self.settings.max_feed_bytes} bytes")
        elif fault and type(fault).__name__ not in _HARMLESS:
            yield BadItem(page.url, f"malformed, read as far as possible: {fault}")

    def _new(self, entry: Any, bookmark: Bookmark, articles: Articles) -> Iterator[Found]:
        """An entry that is not as it was, with its page where pages are asked for and it is this one's turn."""
        item = entry.get("id") or entry.get("link") or digest(entry.get("title", ""), _content(entry)[0])
        name, where = document_id("rss", self.source, item), f"{self.source.address} {item}"
        updated = str(dict.get(entry, "updated", ""))  # feedparser's own get would answer with another field
        stamp = digest(entry.get("title", ""), entry.get("link", ""), updated, *_content(entry))
        stamp += " page" if self.settings.articles else ""
        before = bookmark.seen([name]).get(name)
        if before is not None and before.stamp == stamp:
            return
        content, content_type = _content(entry)
        if self.settings.articles and entry.get("link"):
            article = articles.read(entry.link)
            if article.deferred:
                return
            if article.problem:
                yield BadItem(entry.link, article.problem)
            content, content_type = (article.text, "text/html") if article.text else (content, content_type)
            stamp = "" if article.again else stamp
        parsed = document(
            where,
            document_id=name,
            title=entry.get("title", ""),
            text=content or entry.get("title", ""),
            content_type=content_type if content else "text/plain",
            url=entry.get("link", ""),
            published_at=_time(entry),
        )
        if isinstance(parsed, BadItem):
            yield BadItem(where, parsed.reason, document_id=name, stamp=stamp)
        else:
            yield FeedItem(parsed.published_at or self.now(), parsed, stamp=stamp)


def _parsed(page: Page, address: str) -> Any:
    """From a stream: text that looks like an address or a path would be opened by feedparser.

    Relative ids count from the address that was asked for: where it redirects to may change.
    """
    about = {"content-type": page.headers.get("Content-Type", ""), "content-location": address}
    return feedparser.parse(io.BytesIO(page.body), response_headers=about)


def _content(entry: Any) -> tuple[str, str]:
    """The longest text that an entry has of itself, and its content type."""
    given = [*entry.get("content", ()), entry.get("summary_detail") or {}]
    best = max(given, key=lambda content: len(content.get("value", "")))
    return best.get("value", ""), "text/plain" if best.get("type") == "text/plain" else "text/html"


def _time(entry: Any) -> datetime | None:
    parts = entry.get("published_parsed") or entry.get("updated_parsed")
    return datetime.fromtimestamp(timegm(parts), UTC) if parts else None
