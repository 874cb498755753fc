"""The scorer's processor over the in-memory broker, for pipelines that run in one process."""

from datetime import datetime

from services.scorer.join import Join
from services.scorer.processor import Changes, JoinProcessor
from services.scorer.reading import JOINED
from shared.memory.broker import MemoryBroker
from shared.memory.bus import MemoryBus

GROUP = "scorer"


class JoinInMemory:
    """Joins what the broker holds. `joins`, from which the processor reads, outlives both, as a table would."""

    def __init__(self, broker: MemoryBroker, processor: JoinProcessor, joins: dict[str, Join]) -> None:
        self.joins = joins
        self._source = MemoryBus(broker, GROUP).source(JOINED)
        self._partitions = range(broker.partitions)
        self._processor = processor
        self._processor.adopt(self.joins.items())

    def run_once(self, now: datetime, limit: int = 64) -> int:
        """Take everything there is, then what is past its deadline at `now`; returns how many records it took."""
        taken = 0
        while records := self._source.poll(limit, 0.0):
            self._keep(self._processor.take(records, now))
            self._source.commit(records)
            taken += len(records)
        while changes := self._processor.expire(now, self._partitions):
            self._keep(changes)
        return taken

    def _keep(self, changes: Changes) -> None:
        for question_id, join in changes.items():
            if join is None:
                self.joins.pop(question_id, None)
            else:
                self.joins[question_id] = join
