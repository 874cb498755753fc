"""A topic followed from end to end without a group, for views: where one has read to, and where the topic ends."""

from collections.abc import Mapping, Sequence

from shared.kafka import client, consumed, limits, topics
from shared.records import RawRecord
from shared.settings import KafkaSettings

ENDS_S = 10.0


class KafkaTail:
    """Follows all partitions of a topic. `offsets` are the consumer's own, since compaction leaves gaps."""

    def __init__(self, settings: KafkaSettings, topic: str) -> None:
        self._topic = topic
        self._kept = topics.ranges(settings, topic)
        self._consumer = client.consumer(settings, "view")
        self._asker = client.admin(settings)
        self._starts: dict[int, int] = {}

    def seek(self, offsets: Mapping[int, int]) -> bool:
        """Start at these offsets, or at what is kept where any of them lies outside; says which it was."""
        ends = self.ends()
        whole = set(offsets) == set(self._kept) and all(
            low <= offsets[partition] <= ends[partition] for partition, (low, _) in self._kept.items()
        )
        self._starts = dict(offsets) if whole else {partition: low for partition, (low, _) in self._kept.items()}
        self._consumer.assign([self._at(partition, start) for partition, start in self._starts.items()])
        return whole

    def poll(self, limit: int, wait_s: float) -> Sequence[RawRecord]:
        """At most `limit` records; empty when none came within `wait_s`."""
        return consumed.take(self._consumer, limit, wait_s)

    def offsets(self) -> Mapping[int, int]:
        places = self._consumer.position([self._at(partition) for partition in self._starts])
        return {place.partition: max(place.offset, self._starts[place.partition]) for place in places}

    def ends(self) -> Mapping[int, int]:
        """Asked of the broker anew each time, in one request: whatever was acknowledged before the call lies below."""
        return limits.ends(self._asker, [self._at(partition) for partition in self._kept], ENDS_S)

    def close(self) -> None:
        self._consumer.close()

    def _at(self, partition: int, offset: int = 0) -> client.TopicPartition:
        return client.TopicPartition(self._topic, partition, offset)
