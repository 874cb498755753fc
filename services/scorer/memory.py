"""The scorer in memory: the same desk over the in-memory broker, for pipelines that run in one process."""

from datetime import datetime, timedelta

from services.scorer.desk import Changes, Desk, Look
from services.scorer.feedback import Score
from services.scorer.join import Join
from services.scorer.reading import JOINED, Reader
from services.scorer.settle import Settle
from shared.contests.calendar import Calendar
from shared.memory.broker import MemoryBroker, MemoryDeadLetters, MemorySink, MemorySource
from shared.stored import ResultShelf
from shared.topology import RESULTS

GROUP = "scorer"


class JoinInMemory:
    """Joins what the broker holds. `joins` outlives the object where it is handed to the next, as a table would."""

    def __init__(
        self,
        broker: MemoryBroker,
        score: Score,
        shelf: ResultShelf,
        *,
        contests: Look = Calendar,
        keep: timedelta = timedelta(hours=24),
        joins: dict[str, Join] | None = None,
    ) -> None:
        self.joins: dict[str, Join] = {} if joins is None else joins
        self._source = MemorySource(broker, JOINED, GROUP)
        self._partitions = range(broker.partitions)
        self._desk = Desk(
            self.joins,
            Reader(MemoryDeadLetters(broker, "scorer")),
            Settle(shelf, MemorySink(broker, RESULTS, lambda result: [result]), score),
            contests=contests,
            keep=keep,
        )
        self._desk.adopt(self.joins)

    def run_once(self, now: datetime, limit: int = 64) -> int:
        """Take everything there is, then what is past its deadline at `now`; returns how many records it took."""
        taken = 0
        while records := self._source.poll(limit, 0.0):
            self._keep(self._desk.take(records, now))
            self._source.commit(records)
            taken += len(records)
        while changes := self._desk.expire(now, self._partitions):
            self._keep(changes)
        return taken

    def _keep(self, changes: Changes) -> None:
        for question_id, join in changes.items():
            if join is None:
                self.joins.pop(question_id, None)
            else:
                self.joins[question_id] = join
