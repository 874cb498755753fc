"""How far the groups of a broker in memory are: the twin of `shared/kafka/lags.py`."""

from collections.abc import Collection
from datetime import UTC, datetime

from shared.lags import Lags, Place, behind
from shared.memory.broker import MemoryBroker


class MemoryLags:
    """Every group that has committed anything counts as at work."""

    def __init__(self, broker: MemoryBroker, topics: Collection[str]) -> None:
        self._broker, self._topics = broker, topics

    def look(self) -> Lags:
        """As of now."""
        committed = {
            Place(*place): offset for place, offset in [*self._broker.committed.items()] if place[1] in self._topics
        }
        kept, oldest = {}, {}
        for place, offset in committed.items():
            waiting = self._broker.after(place.topic, place.partition, offset)
            name = place.topic, place.partition
            kept[name] = self._broker.starts([name])[name], self._broker.end(*name)
            if waiting:
                oldest[place] = waiting[0].appended_at
        return Lags(
            datetime.now(UTC), behind(committed, kept, oldest), committed, frozenset(place.group for place in committed)
        )
