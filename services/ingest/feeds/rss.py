"""RSS and Atom (feedparser), asked conditionally: an unchanged feed costs one request with an empty answer.

The position is what the server said of the answer's version (ETag, Last-Modified), saved once everything in it is
published. Content goes on as HTML: ingest finds the text in it. An entry that leaves the feed is not retracted.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from services.ingest import feed_entries
from services.ingest.articles import Articles
from services.ingest.feed_dates import moment_of
from services.ingest.feed_entries import Entries, Entry
from services.ingest.feed_items import document, document_id, each, feed_name
from services.ingest.feed_settings import FeedSettings
from services.ingest.fetching import Page, fetch
from services.ingest.ports import BadItem, Bookmark, Feed, FeedItem, FeedSource, FeedUnavailableError, Found, Reached
from shared.feed_state import digest
from shared.masking import masked, without_secrets
from shared.records import InvalidMessageError

OK, UNCHANGED, GONE = 200, 304, 410


def build(source: FeedSource, settings: FeedSettings) -> Feed:
    """A feed by its address, or TILTYARD_FEED_RSS_URL; raises ValueError for one that is not http or https."""
    source = replace(source, address=source.address or settings.rss_url.get_secret_value())
    if not source.address.startswith(("http://", "https://")):
        raise ValueError(f"{source.shown!r}: an RSS or Atom feed has an http or https address")
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
        given = self._given(page)
        yield from self._reported(page, given)
        entries = given.entries if page.whole else given.entries[:-1]  # the last one of a cut feed may be cut itself
        articles = Articles(self.settings, self.source.pause)
        yield from each(reversed(entries), lambda entry: self._new(entry, bookmark, articles), self._where)
        if not articles.waiting:
            version = {
                "If-None-Match": page.headers.get("ETag"),
                "If-Modified-Since": page.headers.get("Last-Modified"),
            }
            yield Reached(json.dumps({name: value for name, value in version.items() if value}))

    def _asked(self, version: dict[str, str]) -> Page:
        """The feed as it is now, or that it is as it was."""
        page = fetch(self.source.address, self.settings, most_bytes=self.settings.max_feed_bytes, headers=version)
        if page.status == GONE:
            raise ValueError(f"{masked(page.url)}: status 410: the feed has ended. What it published stays")
        if page.status not in (OK, UNCHANGED):
            raise FeedUnavailableError(f"{page.url}: status {page.status}", self._retry_after_s(page))
        return page

    def _retry_after_s(self, page: Page) -> float:
        """How long the server asks to be left alone: seconds, or until a moment (RFC 9110); 0 where it asks nothing."""
        after = page.headers.get("Retry-After", "").strip()
        if after.isascii() and after.isdecimal():
            return float(after[:9])
        moment = moment_of(after)
        return max(0.0, (moment - self.now()).total_seconds()) if moment else 0.0

    def _given(self, page: Page) -> Entries:
        """What the page gives. Raises FeedUnavailableError where that is no feed, or takes for ever to be read."""
        try:
            given = feed_entries.of_page(page, without_secrets(self.source.address), self.settings)
        except InvalidMessageError as error:
            raise FeedUnavailableError(f"{page.url}: {error}") from error
        if not given.known:
            raise FeedUnavailableError(
                f"{page.url} is no RSS or Atom feed: {given.fault or 'nothing of the kind is in it'}"
            )
        return given

    def _reported(self, page: Page, given: Entries) -> Iterator[BadItem]:
        """What is wrong with the feed as a whole, while there is something to be read in it."""
        if not page.whole:
            yield BadItem(page.url, f"cut at {self.settings.max_feed_bytes} bytes")
        elif given.fault:
            yield BadItem(page.url, f"{given.fault}; read as far as possible")

    def _where(self, entry: Entry) -> str:
        return f"{self.source.shown} {entry.name}"

    def _new(self, entry: Entry, bookmark: Bookmark, articles: Articles) -> Iterator[Found]:
        """An entry that is not as it was, with its page where pages are asked for and it is this one's turn."""
        name, where = document_id("rss", self.source, entry.name), self._where(entry)
        if entry.fault:
            yield BadItem(where, entry.fault)
            return
        title, link, content, content_type = entry.title, entry.link, entry.text, entry.content_type
        stamp = digest(title, link, entry.updated, content, content_type)
        stamp += " page" if self.settings.articles else ""
        before = bookmark.seen([name]).get(name)
        if before is not None and before.stamp == stamp:
            return
        if self.settings.articles and link:
            article = articles.read(link)
            if article.deferred:
                return
            if article.problem:
                yield BadItem(link, article.problem)
            content, content_type = (article.text, "text/html") if article.text else (content, content_type)
            stamp = "" if article.again else stamp
        parsed = document(
            where,
            self.source.dates,
            document_id=name,
            title=title,
            text=content or title,
            content_type=content_type if content else "text/plain",
            url=link,
            published_at=entry.published,
        )
        if isinstance(parsed, BadItem):
            yield BadItem(where, parsed.reason, document_id=name, stamp=stamp)
        else:
            yield FeedItem(parsed.published_at or self.now(), parsed, stamp=stamp)
