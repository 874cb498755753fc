"""Making a document of what a feed found, or saying why none can be made; and how feeds name things."""

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime
from typing import Any, TypeVar

from pydantic import ValidationError

from services.ingest.feed_dates import USUAL, PlausibleTimes, moment_of
from services.ingest.hidden_ids import hidden
from services.ingest.ports import BadItem, FeedSource, Found
from shared.access import UnreachableError
from shared.feed_state import digest
from shared.messages import DocumentPublished
from shared.messages.news import LONGEST_TITLE, LONGEST_URL
from shared.messages.schema import LONGEST_IDENTIFIER, LONGEST_LABEL
from shared.records import bounded, reason_of

UNDATED = "undated"
"""The tag of a document whose feed gives a date that cannot be its own."""
Entry = TypeVar("Entry")


def document(where: str, dates: PlausibleTimes = USUAL, **fields: Any) -> DocumentPublished | BadItem:
    """The document, its short fields cut to what is allowed, or what is wrong with it.

    A date that means no moment, or none in `dates`, costs no document: it goes without, tagged UNDATED.
    """
    clean: dict[str, Any] = {
        name: encodable(value) if isinstance(value, str) else value for name, value in fields.items()
    }
    clean["title"] = " ".join(clean.get("title", "").split())[:LONGEST_TITLE]
    clean["source"] = clean.get("source", "")[:LONGEST_LABEL]
    clean["url"] = clean.get("url", "") if len(clean.get("url", "")) <= LONGEST_URL else ""
    if given := clean.pop("published_at", None):
        clean["published_at"] = moment = _moment(given, dates)
        clean["tags"] = (*clean.get("tags", ()), *([] if moment else [UNDATED]))
    if clean.get("op") != "retract" and not clean.get("text", "").strip():
        return BadItem(where, "there is no text", document_id=clean["document_id"])
    try:
        return DocumentPublished(**clean)
    except ValidationError as error:
        return BadItem(where, reason_of(error), document_id=clean["document_id"])


def each(
    entries: Iterable[Entry], make: Callable[[Entry], Iterable[Found]], where: Callable[[Entry], str]
) -> Iterator[Found]:
    """What `make` makes of each entry; whatever it raises is that entry's fault alone, named by `where`."""
    for entry in entries:
        try:
            made = list(make(entry))
        except (MemoryError, UnreachableError):
            raise
        except Exception as error:  # what reads a stranger's entry may raise anything
            made = [BadItem(where(entry), bounded(f"{type(error).__name__}: {error}"))]
        yield from made


def _moment(given: object, dates: PlausibleTimes) -> datetime | None:
    """A date as text, or as a database gives it."""
    if isinstance(given, date) and not isinstance(given, datetime):
        given = datetime(given.year, given.month, given.day, tzinfo=UTC)
    moment = moment_of(given.isoformat() if isinstance(given, datetime) else str(given))
    return moment if moment and moment in dates else None


def document_id(kind: str, source: FeedSource, item: str) -> str:
    """An id that is the same whenever the item is met, and that no other feed can claim."""
    if source.key:
        feed = hidden(source.key, source.name or source.shown, source.query)
        return f"{kind}:{feed[:12]}:{hidden(source.key, item)}"
    identifier = encodable(f"{kind}:{digest(source.name or source.shown, source.query)[:12]}:{item}")
    return (
        identifier
        if len(identifier) <= LONGEST_IDENTIFIER
        else f"{identifier[: LONGEST_IDENTIFIER - 33]}:{digest(item)}"
    )


def feed_name(kind: str, source: FeedSource) -> str:
    """What the feed's position is kept under: the same when the password of its address changes."""
    named = source.name or (f"{source.shown} {digest(source.query)}" if source.query else source.shown)
    return f"{kind} {named}"


def encodable(text: str) -> str:
    """What some readers make of broken bytes cannot be sent on."""
    return text.encode(errors="replace").decode()
