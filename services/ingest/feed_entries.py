"""The entries of an RSS or Atom feed as feedparser gives them: what each is called, says and dates from.

Feeds in the wild give all entries one id, or one link. An id that is not unique in its own feed is not used as one.
"""

import io
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import feedparser
import httpx
from inscriptis import get_text

from services.ingest import charsets
from services.ingest.feed_items import encodable
from services.ingest.fetching import Page
from shared.feed_state import digest

_MARKUP = re.compile(r"<[a-z/!][^>]{0,1000}>|&(?:#\w{1,8}|\w{2,20});", re.IGNORECASE)


def parsed(page: Page, address: str) -> tuple[Any, str]:
    """A page as feedparser reads it, from a stream: it would open text that looks like an address or a path.

    Also what was wrong with its letters, or "". Relative ids count from the address that was asked for: where it
    redirects to may change. Raises ValueError where nobody can tell what encoding the page is in.
    """
    kind = httpx.Response(200, headers={"Content-Type": page.headers.get("Content-Type", "")})
    text, problem = charsets.of_feed(page.body, kind.charset_encoding or "")
    about = {"content-type": "application/xml; charset=utf-8", "content-location": address}
    return feedparser.parse(io.BytesIO(text.encode(errors="replace")), response_headers=about), problem


def named(entries: Sequence[Any]) -> Iterator[tuple[str, Any]]:
    """Each entry with what it is called in its feed: by its id, its link, or both with its title and its text.

    The first of these that no other entry of the feed shares. Entries that are equal in all have one name.
    """
    candidates = [_candidates(entry) for entry in entries]
    counts = Counter(name for names in candidates for name in set(names))
    for entry, names in zip(entries, candidates, strict=True):
        yield next((name for name in names if counts[name] == 1), names[-1]), entry


def title(entry: Mapping[str, Any]) -> str:
    """The title as a reader sees it."""
    given = text(entry, "title")
    return get_text(given).strip() if _MARKUP.search(given) else given


def content(entry: Mapping[str, Any]) -> tuple[str, str]:
    """The longest text that an entry has of itself, and its content type."""
    given = [*entry.get("content", ()), entry.get("summary_detail") or {}]
    best = max(given, key=lambda part: len(part.get("value", "")))
    return encodable(best.get("value", "")), "text/plain" if best.get("type") == "text/plain" else "text/html"


def published(entry: Mapping[str, Any]) -> str:
    """When it was published or else updated, as the feed writes it; feedparser's own reading guesses."""
    return text(entry, "published") or text(entry, "updated")


def text(entry: Mapping[str, Any], field: str) -> str:
    """A field as it stands there; feedparser's own `get` would answer with another field."""
    return encodable(str(dict.get(entry, field) or ""))  # type: ignore[call-overload]


def _candidates(entry: Mapping[str, Any]) -> list[str]:
    """Names from the shortest on; where an address begins with http or https is no difference."""
    identifier, link = (re.sub("^http://", "https://", text(entry, field)) for field in ("id", "link"))
    whole = digest(identifier, link, title(entry))
    return [name for name in (identifier, link, whole) if name] + [digest(whole, *content(entry))]
