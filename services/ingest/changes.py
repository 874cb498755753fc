"""Whether a document changes anything, and what it is compared by."""

from collections.abc import Collection
from hashlib import sha256

from shared import order
from shared.messages import DocumentPublished, Revision


def redundant(message: DocumentPublished, digest: str, known: Revision | None) -> str:
    """Why a document changes nothing, or "" where it does."""
    if message.op == "retract":
        if known is None:
            return "retracts a document that was never published"
        return "already retracted" if known.retracted else ""
    return "unchanged" if known and not known.retracted and known.content_hash == digest else ""


def superseded(message: DocumentPublished, digest: str, known: Revision | None, earlier: Collection[str]) -> str:
    """Why a document is older than what stands, or ""; `earlier` are the hashes of what it was before."""
    if known is None:
        return ""
    repeats = digest in earlier and order.may_repeat(message, known)
    return order.older(message, known) or (order.repeated(known) if repeats else "")


def content_hash(message: DocumentPublished, text: str) -> str:
    """SHA-256 over everything that a reader or a filter could see; "" for a retraction."""
    if message.op == "retract":
        return ""
    seen = message.model_copy(update={"text": text, "content_type": "text/plain", "op": "upsert"})
    return sha256(seen.model_dump_json().encode()).hexdigest()


def wordless(message: DocumentPublished) -> DocumentPublished:
    """A retraction without the words that came with it: what is gone may have had labels, and it names none."""
    if message.op == "upsert":
        return message
    kept = message.model_dump(include={"document_id", "op", "labels", "published_at", "first_seen_at"})
    return DocumentPublished(**kept)
