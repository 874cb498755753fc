"""The entries of an RSS or Atom feed as feedparser gives them: what each is called, says and dates from.

Feeds in the wild give all entries one id, or one link. An id that is not unique in its own feed is not used as one.
"""

import io
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import feedparser
from inscriptis import get_text

from services.ingest.feed_items import LONGEST_TITLE, encodable
from services.ingest.feed_settings import FeedSettings
from services.ingest.fetching import Page
from services.ingest.ports import FeedUnavailableError
from services.ingest.reading_apart import read_apart
from shared.feed_state import digest
from shared.records import InvalidMessageError, bounded

_SURROGATE = re.compile(
    rb"&#(?:x0{0,9}d[89a-f][0-9a-f]{2}|0{0,9}5(?:529[6-9]|5[3-9]\d\d|6\d{3}|7[0-2]\d\d|73[0-3]\d|734[0-3]));",
    re.IGNORECASE,
)
"""References to halves of characters, which no text can hold."""
LONGEST_MARKUP = 4 * LONGEST_TITLE
HARMLESS = ("CharacterEncodingOverride", "NonXMLContentType")
_MARKUP = re.compile(r"<[a-z/!][^>]{0,1000}>|&(?:#\w{1,8}|\w{2,20});", re.IGNORECASE)


@dataclass(frozen=True)
class Parsed:
    """What feedparser makes of a page; `fault` says what is malformed, "" nothing, and `version` which kind it is."""

    entries: list[Any]
    version: str
    fault: str


def parsed(page: Page, address: str, settings: FeedSettings) -> Parsed:
    """A page as feedparser reads it. Raises FeedUnavailableError for one that cannot be read, or not in the limits.

    Relative ids count from the address that was asked for: where it redirects to may change.
    """
    about = {"content-type": page.headers.get("Content-Type", ""), "content-location": address}
    try:
        return read_apart(settings, parse, page.body, about)
    except InvalidMessageError as error:
        raise FeedUnavailableError(f"{page.url} cannot be read: {error}") from error


def parse(body: bytes, about: Mapping[str, str]) -> Parsed:
    """From a stream: feedparser would open text that looks like an address or a path."""
    made = feedparser.parse(io.BytesIO(_SURROGATE.sub(b"&#xFFFD;", body)), response_headers=dict(about))
    fault = made.get("bozo_exception") if made.get("bozo") else None
    harmless = fault is None or type(fault).__name__ in HARMLESS
    return Parsed(made.entries, str(made.get("version") or ""), "" if harmless else bounded(f"{fault}"))


def named(entries: Sequence[Any]) -> Iterator[tuple[str, Any]]:
    """Each entry with what it is called in its feed: by its id, its link, or both with its title and its text.

    The first of these that no other entry of the feed shares. Entries that are equal in all have one name.
    """
    candidates = [_candidates(entry) for entry in entries]
    counts = Counter(name for names in candidates for name in set(names))
    for entry, names in zip(entries, candidates, strict=True):
        yield next((name for name in names if counts[name] == 1), names[-1]), entry


def title(entry: Mapping[str, Any]) -> str:
    """The title as a reader sees it, its beginning: more than that is no title, and markup may take any time."""
    given = text(entry, "title")[:LONGEST_MARKUP]
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
