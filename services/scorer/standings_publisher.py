"""The standings as they change: read back from the results topic, so that a restart loses nothing.

Every scorer that runs follows all results, and the one that owns partition 0 publishes.
"""

from pathlib import Path

from services.scorer.standings_aggregator import StandingsAggregator
from shared.kafka.sink import Delivery, publish
from shared.kafka.topics import Follower
from shared.messages import Standing
from shared.settings import KafkaSettings
from shared.topology import RESULTS, STANDINGS


class StandingsPublisher:
    """Follows the results and publishes the standings that changed; `folder` holds what each question adds."""

    def __init__(self, settings: KafkaSettings, folder: Path) -> None:
        self._follower = Follower(settings, RESULTS.name)
        self._delivery = Delivery(settings, "scorer-standings")
        self._aggregator = StandingsAggregator(folder)
        self._published: dict[str, Standing] = {}

    def refresh(self) -> bool:
        """Take in what came since; whether anything did."""
        changed = False
        while (record := self._follower.poll(0.0)) is not None:
            changed = True
            self._aggregator.take(record)
        return changed

    def publish(self) -> int:
        """Publish every standing that differs from what was published last; returns how many did."""
        changed = [standing for standing in self._aggregator.changed() if standing != self._published.get(standing.key)]
        for standing in changed:
            publish(self._delivery, STANDINGS, standing)
        self._delivery.flush()
        self._published |= {standing.key: standing for standing in changed}
        return len(changed)

    def close(self) -> None:
        self._follower.close()
        self._aggregator.close()
