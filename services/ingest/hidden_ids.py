"""Ids that do not show what a source calls its items, for feeds whose documents have labels.

A document's id is public, and an address or a file's name says what a document is about. A feed keeps the kind of ids
that it began with: under other ids its documents would all be new ones, beside the old.
"""

import hmac
import secrets
from hashlib import sha256

from services.ingest.marking import Marking
from shared.feed_state import FeedState


def key_of(state: FeedState, feed: str, marking: Marking) -> str:
    """The secret that the feed's ids are made with; "" for one without labels, or that gave documents before it had.

    It is made once and kept in the store beside the feed's position.
    """
    place = f"{feed} key of ids"
    key = state.position(place)
    if not key and marking.labels and next(state.all(feed), None) is None:
        key = secrets.token_hex(32)
        state.advance(place, key)
    return key


def hidden(key: str, *parts: str) -> str:
    """32 hexadecimal digits by which nobody without the key can confirm a guess (HMAC, RFC 2104)."""
    text = "".join(f"{len(part)}:{part}" for part in parts)
    return hmac.new(key.encode(), text.encode(errors="replace"), sha256).hexdigest()[:32]
