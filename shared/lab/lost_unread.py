"""What services said they lost unread, each record counted once."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby

from shared.messages import RecordsLost


@dataclass(frozen=True)
class LostUnread:
    """Records of one partition, from `first` to `last`, that a service never read. `found_at` is in ISO 8601."""

    service: str
    topic: str
    partition: int
    first: int
    last: int
    found_at: str

    @property
    def records(self) -> int:
        return self.last - self.first + 1


def since(losses: Iterable[RecordsLost], start: datetime | None) -> tuple[LostUnread, ...]:
    """What was noticed from then on, or ever; what was noticed twice, as after a restart, is one loss."""
    noticed = [loss for loss in losses if start is None or loss.found_at >= start]
    ordered = sorted(noticed, key=lambda loss: (*_of(loss), loss.first))
    return tuple(lost for _, group in groupby(ordered, _of) for lost in _joined(group))


def _of(loss: RecordsLost) -> tuple[str, str, int]:
    return loss.service, loss.topic, loss.partition


def _joined(ordered: Iterable[RecordsLost]) -> list[LostUnread]:
    """Those of one partition that overlap or touch, as one."""
    joined: list[LostUnread] = []
    for loss in ordered:
        if joined and loss.first <= joined[-1].last + 1:
            joined[-1] = replace(joined[-1], last=max(joined[-1].last, loss.end - 1))
        else:
            joined.append(LostUnread(*_of(loss), loss.first, loss.end - 1, loss.found_at.isoformat()))
    return joined
