"""A compacted topic as a dictionary that keeps up: the newest message per key, read without a group."""

import time
from typing import Generic, TypeVar

from shared.kafka import topics
from shared.latest import Latest
from shared.messages import Message
from shared.settings import KafkaSettings
from shared.topology import Topic

M = TypeVar("M", bound=Message)


class KafkaView(Generic[M]):
    """Follows one compacted topic; it is complete once made, and `refresh` takes in what came since."""

    def __init__(self, settings: KafkaSettings, topic: Topic[M]) -> None:
        self._latest = Latest(topic)
        self._follower = topics.Follower(settings, topic.name)
        deadline = time.monotonic() + topics.READ_S
        while not self._follower.caught_up():
            if time.monotonic() > deadline:
                raise topics.UnfinishedReadError(f"{topic.name}: not read to its end within {topics.READ_S:g} s")
            self._take(wait_s=0.1)

    @property
    def values(self) -> dict[str, M]:
        return self._latest.values

    def refresh(self) -> dict[str, M]:
        """The values by key as they stand now; does not wait."""
        while self._take(wait_s=0.0):
            pass
        return self.values

    def _take(self, wait_s: float) -> bool:
        record = self._follower.poll(wait_s)
        if record is None:
            return False
        self._latest.take(record)
        return True
