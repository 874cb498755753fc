"""Scorers over the in-memory broker, with any way of scoring."""

from services.scorer.assembly import Ports, processor
from services.scorer.feedback import Score
from services.scorer.join import Join
from services.scorer.memory import GROUP, JoinInMemory
from services.scorer.processor import Look
from services.scorer.settings import ScorerSettings
from shared.contests.calendar import Calendar
from shared.memory.broker import MemoryBroker
from shared.memory.bus import MemoryBus
from shared.stored import ResultShelf


def a_scorer(
    broker: MemoryBroker,
    score: Score,
    shelf: ResultShelf,
    *,
    joins: dict[str, Join] | None = None,
    contests: Look = Calendar,
) -> JoinInMemory:
    """With the processor that ships; `joins` are what an earlier one left."""
    kept = {} if joins is None else joins
    ports = Ports(MemoryBus(broker, GROUP), kept, shelf, contests)
    return JoinInMemory(broker, processor(ports, ScorerSettings(), score), kept)
