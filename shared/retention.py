"""How long things are kept: the age at which news leaves the store and every search, and what must outlive what."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from shared.messages import Revision
from shared.moments import later

DAY_S = 86_400
MOST_S = 20 * 365 * DAY_S
"""The longest time to live that Cassandra takes."""
SEGMENT_DAYS = 8.0
"""A topic kept by time deletes whole segments: a record may stand for a segment's 7 days longer, and some hours."""
AHEAD_DAYS = 3.0
"""News may be dated that far ahead of its record (ingest takes 48 hours), and so stay for that much longer."""


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Retention:
    """Age is counted from `published_at`; `days` 0 keeps everything. `now` is the clock, replaceable by tests."""

    days: float = 0.0
    now: Callable[[], datetime] = _now

    @property
    def not_before(self) -> datetime | None:
        """What was published before this is no longer shown; None where everything is kept."""
        return self.now() - timedelta(days=self.days) if self.days else None

    def seconds_left(self, published_at: datetime) -> int:
        """Time to live in seconds as Cassandra takes it: 0 is for ever, and what is over is given one second."""
        if not self.days:
            return 0
        left = later(published_at, seconds=self.days * DAY_S) - self.now()
        return min(max(1, math.ceil(left.total_seconds())), MOST_S)


FOREVER = Retention()


def outliving(days: float, topics_days: float) -> float:
    """Days to keep what a record leads to: those that are wanted, and none less than the record may stand on its topic.

    Read again, the record must find it. 0 keeps it for ever.
    """
    return max(days, topics_days + SEGMENT_DAYS) if days else 0.0


def seconds(days: float) -> int:
    """A time to live as Cassandra takes it: 0 is for ever."""
    return min(math.ceil(days * DAY_S), MOST_S)


def expired(document_id: str, revision: int) -> Revision:
    """What is left of a document past its time: its number, so that the next revision of it gets the next one."""
    past = datetime.fromtimestamp(0, UTC)
    return Revision(
        document_id=document_id,
        revision=revision,
        retracted=True,
        published_at=past,
        first_seen_at=past,
        content_hash="",
        appended_at=past,
        ingested_at=past,
    )
