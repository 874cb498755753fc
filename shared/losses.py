"""What a service lost unread: it says so everywhere, and then goes on with what is left.

A topic that is kept by time deletes records whether they were read or not, and a consumer that asks for one of them
is quietly given the first that is left. Nothing brings the lost ones back and waiting loses more, so the service goes
on; but never in silence.
"""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime

import structlog

from shared.messages import RecordsLost
from shared.telemetry import health, metrics

log = structlog.get_logger()
Keep = Callable[[RecordsLost], None]
"""Writes a loss down for good before it returns, or raises."""


class Losses:
    """The losses of one service. `keep` writes each down, `now` is the clock."""

    def __init__(self, service: str, keep: Keep, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._service, self._keep, self._now = service, keep, now
        self._lost: Counter[str] = Counter()
        health.alarm(service, "lost unread", self.alarm)

    def tell(self, topic: str, partition: int, first: int, end: int) -> None:
        """The records from offset `first` up to, and without, `end` were lost; raises what `keep` raises."""
        loss = RecordsLost(
            loss_id=f"{self._service}:{topic}[{partition}]@{first}", service=self._service, topic=topic,
            partition=partition, first=first, end=end, found_at=self._now(),
        )  # fmt: skip
        self._keep(loss)
        log.error("lost unread", topic=topic, partition=partition, start=first, end=end, records=loss.records)
        metrics.LOST.of(self._service, topic, str(partition)).inc(loss.records)
        self._lost[topic] += loss.records

    def alarm(self) -> str:
        """What an operator must know, or ""; it stays for as long as the process lives."""
        return "; ".join(
            f"{records} records of {topic} were deleted before they were read: `tiltyard audit` names them"
            for topic, records in sorted(self._lost.items())
        )
