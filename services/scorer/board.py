"""The standings as they change: read back from the results topic, so that a restart loses nothing.

Every scorer that runs follows all results, keeping only their numbers (about 4 KB a question with four arms), and the
one that owns partition 0 publishes. Resampling costs about 0.15 s for 200 questions and 2 s for 20,000.
"""

from collections.abc import Sequence

from shared.kafka.sink import Delivery, publish
from shared.kafka.topics import Follower
from shared.messages import Result, Standing
from shared.settings import KafkaSettings
from shared.standings import Marks, marks_of, tally
from shared.topology import RESULTS, STANDINGS


class Board:
    """Follows the results and publishes the standings that changed."""

    def __init__(self, settings: KafkaSettings, arms: Sequence[str]) -> None:
        self._follower = Follower(settings, RESULTS.name)
        self._delivery = Delivery(settings, "scorer-standings")
        self._arms = arms
        self._marks: dict[bytes, Marks] = {}
        self._published: dict[str, Standing] = {}

    def refresh(self) -> bool:
        """Take in what came since; whether anything did."""
        changed = False
        while (record := self._follower.poll(0.0)) is not None:
            changed = True
            key = record.key or b""
            if record.value is None:
                self._marks.pop(key, None)
            else:
                self._marks[key] = marks_of(Result.model_validate_json(record.value))
        return changed

    def publish(self) -> int:
        """Publish every standing that differs from what was published last; returns how many did."""
        fresh = {standing.slice: standing for standing in tally(self._marks.values(), self._arms)}
        changed = [standing for name, standing in fresh.items() if standing != self._published.get(name)]
        for standing in changed:
            publish(self._delivery, STANDINGS, standing)
        self._delivery.flush()
        self._published = fresh
        return len(changed)

    def close(self) -> None:
        self._follower.close()
