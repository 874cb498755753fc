"""Where a service's records come from, and where its outcomes go: the two ends of the consume loop."""

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

from shared.lags import Lags
from shared.records import Effect, RawRecord
from shared.topology import AnyTopic

O_contra = TypeVar("O_contra", contravariant=True)


class Source(Protocol):
    """Where records come from."""

    topics: Sequence[AnyTopic]

    def poll(self, limit: int, wait_s: float) -> Sequence[RawRecord]:
        """At most `limit` records; empty when none came within `wait_s`."""

    def keep_alive(self) -> None:
        """Stay a member of the group without taking more records."""

    def commit(self, records: Sequence[RawRecord], accepted: Sequence[RawRecord] = ()) -> None:
        """Never deliver these records to this group again; the last `accepted` of them are remembered."""

    def accepted_before(self) -> Sequence[RawRecord]:
        """A few records that this group accepted, in this process or before it; none where none are kept."""

    def lags(self) -> Callable[[], Lags]:
        """A way to ask how far the group is, for one thread of any; the topics of this source are in it."""

    def close(self) -> None:
        """Leave the group."""


class Sink(Protocol[O_contra]):
    """Where outcomes go: `write` buffers, `flush` makes them durable or raises."""

    def write(self, effect: Effect[O_contra]) -> None: ...
    def flush(self) -> None: ...
