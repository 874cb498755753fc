"""Putting the scorer's processor together from its settings: the same over Kafka and Cassandra, and in memory."""

from dataclasses import dataclass
from functools import partial

from services.scorer.feedback import Score
from services.scorer.handler import score
from services.scorer.processor import JoinProcessor, Joins, Look
from services.scorer.publishing import published
from services.scorer.reading import PartitionOf, Reader, where_it_stands
from services.scorer.settings import ScorerSettings
from services.scorer.settle import Settle
from shared.burials import Burials
from shared.bus import Bus
from shared.scoring import catalogue
from shared.settings import EncoderSettings
from shared.stored import ResultShelf
from shared.topology import RESULTS


@dataclass(frozen=True)
class Ports:
    """What deciding and settling need from outside. `place` says in which partition a question's join is.

    `contests` knows all announced before the call. Whoever keeps `joins` keeps what the processor changes in them.
    """

    bus: Bus
    joins: Joins
    results: ResultShelf
    contests: Look
    place: PartitionOf = where_it_stands


def assemble(ports: Ports, settings: ScorerSettings, *, encoder: EncoderSettings) -> JoinProcessor:
    """The processor as it ships; measures of meaning use `encoder`. Raises ValueError for an unknown measure."""
    return processor(ports, settings, partial(score, metrics=catalogue.load(settings.metrics, encoder)))


def processor(ports: Ports, settings: ScorerSettings, scored: Score) -> JoinProcessor:
    """The same with any way of scoring."""
    return JoinProcessor(
        ports.joins,
        Reader(Burials(ports.bus.name, ports.bus.dead_letters()), place=ports.place),
        Settle(ports.results, ports.bus.sink(RESULTS, partial(published, withhold=settings.withhold)), scored),
        contests=ports.contests,
        keep=settings.keep,
    )
