"""The running system as a suite needs it: Kafka and Cassandra behind `running.System`, with progress for people."""

import itertools
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from services.console import at_work, output, progress
from services.console.live import asking
from shared import order, topology
from shared.cassandra.client import connect
from shared.cassandra.dispositions import CassandraDispositions
from shared.messages import DocumentPublished, Question, Result
from shared.publisher import Publisher, Settled
from shared.settings import CassandraSettings, KafkaSettings

AT_ONCE = 500
GRACE_S = 60.0  # between a question's deadline and its result


class LiveSystem:
    """Implements System. `within_s`: how long documents may take until all of them can be found."""

    def __init__(self, kafka: KafkaSettings, cassandra: CassandraSettings, *, within_s: float) -> None:
        self._within_s = within_s
        self._kafka = kafka
        self._dispositions = CassandraDispositions(connect(cassandra))

    def publish(self, documents: Sequence[DocumentPublished]) -> Sequence[Settled]:
        publisher = Publisher(self._kafka, "suite", self._dispositions)
        come = itertools.count(1)
        try:
            for start in range(0, len(documents), AT_ONCE):
                publisher.publish(topology.DOCUMENTS, documents[start : start + AT_ONCE])
            with progress.shown("documents findable", len(documents)) as advance:
                return publisher.wait(
                    self._within_s,
                    heard=lambda _: advance(next(come)),
                    stuck=lambda waiting: _note(at_work.why_waiting(waiting, self._kafka)),
                )
        finally:
            publisher.close()

    def ask(self, questions: Sequence[Question]) -> Mapping[str, Result]:
        limit = max((question.deadline_s for question in questions), default=0.0) + GRACE_S
        come = itertools.count(1)
        with progress.shown("questions answered and scored", len(questions)) as advance:
            return asking.ask(self._kafka, questions, within_s=limit, heard=lambda _: advance(next(come)))

    def retract(self, documents: Sequence[DocumentPublished]) -> None:
        Publisher(self._kafka, "suite").publish(topology.DOCUMENTS, order.taken_back(documents, datetime.now(UTC)))


def _note(words: str) -> None:
    output.err.print(f"  {words}", markup=False, soft_wrap=True)
