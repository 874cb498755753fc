"""Making a document of what a feed found, or saying why none can be made; and how feeds name things."""

from typing import Any

from pydantic import ValidationError

from services.ingest.ports import BadItem, FeedSource
from shared.feed_state import digest
from shared.messages import DocumentPublished
from shared.records import reason_of

LONGEST_ID, LONGEST_TITLE, LONGEST_URL, LONGEST_SOURCE = 512, 2_000, 4_000, 512


def document(where: str, **fields: Any) -> DocumentPublished | BadItem:
    """The document, its short fields cut to what is allowed, or what is wrong with it."""
    clean: dict[str, Any] = {
        name: _encodable(value) if isinstance(value, str) else value for name, value in fields.items()
    }
    clean["title"] = " ".join(clean.get("title", "").split())[:LONGEST_TITLE]
    clean["source"] = clean.get("source", "")[:LONGEST_SOURCE]
    clean["url"] = clean.get("url", "") if len(clean.get("url", "")) <= LONGEST_URL else ""
    if clean.get("op") != "retract" and not clean.get("text", "").strip():
        return BadItem(where, "there is no text", document_id=clean["document_id"])
    try:
        return DocumentPublished(**clean)
    except ValidationError as error:
        return BadItem(where, reason_of(error), document_id=clean["document_id"])


def document_id(kind: str, source: FeedSource, item: str) -> str:
    """An id that is the same whenever the item is met, and that no other feed can claim."""
    identifier = _encodable(f"{kind}:{digest(source.name or source.address, source.query)[:12]}:{item}")
    return identifier if len(identifier) <= LONGEST_ID else f"{identifier[: LONGEST_ID - 33]}:{digest(item)}"


def feed_name(kind: str, source: FeedSource) -> str:
    """What the feed's position is kept under."""
    named = source.name or (f"{source.address} {digest(source.query)}" if source.query else source.address)
    return f"{kind} {named}"


def _encodable(text: str) -> str:
    """What some readers make of broken bytes cannot be sent on."""
    return text.encode(errors="replace").decode()
