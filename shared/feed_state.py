"""What is remembered of a feed between its passes: how far it was read, and what it gave."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Protocol

RETRACTED = "retracted"


@dataclass(frozen=True)
class Seen:
    """One document of a feed as it was last met.

    `fingerprint`: of what was published, `RETRACTED`, or "" where nothing usable was ever met. `stamp`: the feed's own
    mark of an unchanged item, "" where it must be looked at again. `published`: whether the broker has it; until then
    `first_seen_at` is only noted.
    """

    fingerprint: str
    stamp: str
    first_seen_at: datetime
    published: bool = False

    @property
    def live(self) -> bool:
        """Whether there may be something to take back."""
        return self.fingerprint != "" and not (self.fingerprint == RETRACTED and self.published)


class FeedState(Protocol):
    """Positions of feeds and what they gave, by the feed's name; later calls win."""

    def position(self, feed: str) -> str:
        """As it was last saved; "" for a feed that was never read."""

    def advance(self, feed: str, position: str) -> None: ...

    def seen(self, feed: str, document_ids: Sequence[str]) -> Mapping[str, Seen]:
        """Those of the documents that the feed gave before."""

    def all(self, feed: str) -> Iterator[tuple[str, Seen]]:
        """Every document that the feed ever gave, in no order."""

    def remember(self, feed: str, documents: Mapping[str, Seen]) -> None: ...


def to_the_millisecond(moment: datetime) -> datetime:
    """A time as the store keeps it: what is published once with it must be published again with the same."""
    return moment.astimezone(UTC).replace(microsecond=moment.microsecond // 1000 * 1000)


def digest(*parts: str | bytes) -> str:
    """A hash of some parts in their order, 32 hexadecimal digits."""
    hasher = sha256()
    for part in parts:
        data = part.encode(errors="replace") if isinstance(part, str) else part
        hasher.update(len(data).to_bytes(8) + data)
    return hasher.hexdigest()[:32]
