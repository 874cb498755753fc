"""The standings as they change: read back from the results topic, so that a restart loses nothing.

Every scorer that runs follows all results, keeping only their numbers (about 4 KB a question with four arms), and the
one that owns partition 0 publishes. Resampling costs about 0.15 s for 200 questions and 2 s for 20,000.
"""

from collections.abc import Sequence

from shared.kafka.sink import Delivery, publish
from shared.kafka.topics import Follower
from shared.messages import Result, Standing
from shared.records import RawRecord
from shared.settings import KafkaSettings
from shared.standings import Marks, marks_of, tally
from shared.topology import RESULTS, STANDINGS


class Tally:
    """The numbers of the newest version of each question's result, whatever comes again and in whatever order."""

    def __init__(self) -> None:
        self._known: dict[bytes, tuple[int, Marks]] = {}

    def take(self, record: RawRecord) -> None:
        """Take in one record of the results topic; without a value it takes its question out."""
        key = record.key or b""
        if record.value is None:
            self._known.pop(key, None)
            return
        result = Result.model_validate_json(record.value)
        if result.result_version >= self._known.get(key, (0, None))[0]:
            self._known[key] = result.result_version, marks_of(result)

    def marks(self) -> list[Marks]:
        return [marks for _, marks in self._known.values()]


class Board:
    """Follows the results and publishes the standings that changed."""

    def __init__(self, settings: KafkaSettings, arms: Sequence[str]) -> None:
        self._follower = Follower(settings, RESULTS.name)
        self._delivery = Delivery(settings, "scorer-standings")
        self._arms = arms
        self._tally = Tally()
        self._published: dict[str, Standing] = {}

    def refresh(self) -> bool:
        """Take in what came since; whether anything did."""
        changed = False
        while (record := self._follower.poll(0.0)) is not None:
            changed = True
            self._tally.take(record)
        return changed

    def publish(self) -> int:
        """Publish every standing that differs from what was published last; returns how many did."""
        fresh = {standing.slice: standing for standing in tally(self._tally.marks(), self._arms)}
        changed = [standing for name, standing in fresh.items() if standing != self._published.get(name)]
        for standing in changed:
            publish(self._delivery, STANDINGS, standing)
        self._delivery.flush()
        self._published = fresh
        return len(changed)

    def close(self) -> None:
        self._follower.close()
