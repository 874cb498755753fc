"""The entries of an RSS or Atom feed as feedparser gives them: what each is called, says and dates from.

Feeds in the wild give all entries one id, or one link. An id that is not unique in its own feed is not used as one.
"""

import io
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import feedparser
import httpx
from inscriptis import get_text

from services.ingest import charsets
from services.ingest.feed_items import encodable
from services.ingest.feed_settings import FeedSettings
from services.ingest.fetching import Page
from services.ingest.reading_apart import read_apart
from shared.feed_state import digest
from shared.messages.news import LONGEST_TITLE
from shared.records import bounded

_SURROGATE = re.compile(
    r"&#(?:x0{0,9}d[89a-f][0-9a-f]{2}|0{0,9}5(?:529[6-9]|5[3-9]\d\d|6\d{3}|7[0-2]\d\d|73[0-3]\d|734[0-3]));",
    re.ASCII | re.IGNORECASE,
)
"""References to halves of characters, which no text can hold."""
_MARKUP = re.compile(r"<[a-z/!][^>]{0,1000}>|&(?:#\w{1,8}|\w{2,20});", re.IGNORECASE)
_HTML = ("text/html", "application/xhtml+xml")
_HARMLESS = ("CharacterEncodingOverride", "NonXMLContentType")
MOST_PARTS, LONGEST_MARKUP = 8, 4 * LONGEST_TITLE
Kind = Literal["text/html", "text/plain"]


@dataclass(frozen=True)
class Entry:
    """`name`: what it is called in its feed. Dates stand as they are written; `text` is "" where none is to be seen.

    With a `fault` it could not be read, and the rest is empty.
    """

    name: str = ""
    title: str = ""
    link: str = ""
    published: str = ""
    updated: str = ""
    text: str = ""
    content_type: Kind = "text/plain"
    fault: str = ""


@dataclass(frozen=True)
class Entries:
    """What a page gives, in its order; `fault`: what is wrong with it as a whole. `known`: whether it is a feed."""

    entries: tuple[Entry, ...] = ()
    known: bool = False
    fault: str = ""


def of_page(page: Page, address: str, settings: FeedSettings) -> Entries:
    """The entries of a page. Raises InvalidMessageError where reading them takes more than the settings let it.

    Relative ids count from the address that was asked for: where it redirects to may change.
    """
    kind = httpx.Response(200, headers={"Content-Type": page.headers.get("Content-Type", "")})
    return read_apart(settings, read, page.body, kind.charset_encoding or "", address)


def read(body: bytes, charset: str, address: str) -> Entries:
    """From a stream: feedparser would open text that looks like an address or a path."""
    try:
        text, broken = charsets.of_feed(body, charset)
    except ValueError as error:
        return Entries(fault=f"{error}")
    about = {"content-type": "application/xml; charset=utf-8", "content-location": address}
    content = _SURROGATE.sub("&#xFFFD;", text).encode(errors="replace")
    parsed = feedparser.parse(io.BytesIO(content), response_headers=about)
    fault = parsed.get("bozo_exception") if parsed.get("bozo") else None
    malformed = "" if fault is None or type(fault).__name__ in _HARMLESS else f"malformed: {fault}"
    known = bool(parsed.entries or (parsed.get("version") and not malformed))
    return Entries(tuple(named(parsed.entries)), known, broken or bounded(malformed))


def named(entries: Sequence[Any]) -> Iterator[Entry]:
    """Each entry with what it is called in its feed: by its id, its link, or both with its title and its text.

    The first of these that no other entry of the feed shares. Entries that are equal in all are one entry.
    """
    seen = [_read(entry) for entry in entries]
    candidates = [_candidates(text(given, "id"), entry) for given, entry in zip(entries, seen, strict=True)]
    counts = Counter(name for names in set(candidates) for name in set(names))
    for entry, names in zip(seen, candidates, strict=True):
        yield replace(entry, name=next((name for name in names if counts[name] == 1), names[-1]))


def title(entry: Mapping[str, Any]) -> str:
    """The title as a reader sees it, its beginning: more than that is no title, and markup may take any time."""
    given = text(entry, "title")[:LONGEST_MARKUP]
    return get_text(given).strip() if _MARKUP.search(given) else given


def content(entry: Mapping[str, Any]) -> tuple[str, Kind]:
    """Of the texts that an entry has of itself the one of which most is to be seen, and its content type."""
    given = [part for part in (*entry.get("content", ()), entry.get("summary_detail") or {}) if _is_text(part)]
    longest_first = sorted(given, key=lambda part: -len(part.get("value", "")))[:MOST_PARTS]
    shown = [(len(_visible(part)), part) for part in longest_first]
    most, best = max(shown, key=lambda pair: pair[0], default=(0, None))
    return (encodable(best["value"]), _kind(best)) if best and most else ("", "text/plain")


def text(entry: Mapping[str, Any], field: str) -> str:
    """A field as it stands there; feedparser's own `get` would answer with another field."""
    return encodable(str(dict.get(entry, field) or ""))  # type: ignore[call-overload]


def _read(entry: Mapping[str, Any]) -> Entry:
    """When it was published is asked as the feed writes it: feedparser's own reading guesses."""
    try:
        body, kind = content(entry)
        return Entry(
            title=title(entry),
            link=text(entry, "link"),
            published=text(entry, "published") or text(entry, "updated"),
            updated=text(entry, "updated"),
            text=body,
            content_type=kind,
        )
    except MemoryError:
        raise
    except Exception as error:  # what reads a stranger's entry may raise anything
        return Entry(fault=bounded(f"{type(error).__name__}: {error}"))


def _candidates(identifier: str, entry: Entry) -> tuple[str, ...]:
    """Names from the shortest on; where an address begins with http or https is no difference."""
    identifier, link = (re.sub("^http://", "https://", address) for address in (identifier, entry.link))
    whole = digest(identifier, link, entry.title)
    return *(name for name in (identifier, link, whole) if name), digest(whole, entry.text, entry.content_type)


def _is_text(part: Mapping[str, Any]) -> bool:
    return str(part.get("type") or "text/plain").startswith("text/") or part.get("type") in _HTML


def _kind(part: Mapping[str, Any]) -> Kind:
    return "text/html" if part.get("type") in _HTML else "text/plain"


def _visible(part: Mapping[str, Any]) -> str:
    """What of a part is to be seen; nothing of pictures."""
    value = str(part.get("value", ""))
    return (get_text(value) if part.get("type") in _HTML and value.strip() else value).strip()
