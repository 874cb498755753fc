"""The changelog of the joins on Kafka, written and read by ourselves.

In a compacted topic a skipped offset is nothing unusual, so a reader that drops records cannot be found out. What
reads a table back must be one that drops none.
"""

from collections.abc import Iterator, Sequence

from services.scorer.table import Entry
from shared import topology
from shared.kafka import creation, topics
from shared.kafka.client import MAX_BYTES
from shared.kafka.sink import Delivery
from shared.settings import KafkaSettings

CONFIG = {
    "max.message.bytes": str(MAX_BYTES),
    # Every open join is written some six times: compact soon, or a restart reads all of them.
    "segment.ms": "600000",
    "min.cleanable.dirty.ratio": "0.1",
}


def name_of(settings: KafkaSettings, group: str) -> str:
    """The changelog's topic; one for each group, as the committed offsets are."""
    return topology.changelog_of(f"{settings.group_prefix}-{group}")


class KafkaChangelog:
    """Makes its topic where it is missing, with a partition for each partition of the joined topics."""

    def __init__(self, settings: KafkaSettings, group: str, *, partitions: int) -> None:
        self._topic = name_of(settings, group)
        creation.make_new(settings, [creation.changelog(settings, self._topic, partitions, CONFIG)])
        self._delivery = Delivery(settings, f"{group}-changelog")
        self._reader = topics.RangeReader(settings)

    def append(self, entries: Sequence[Entry]) -> None:
        """A join's partition is that of its question's id, and so is its record's."""
        for entry in entries:
            self._delivery.send(self._topic, entry.key, entry.value, {}, partition=entry.partition)
        self._delivery.flush()

    def read(self, partition: int) -> Iterator[tuple[bytes, bytes | None]]:
        """From the first record that is kept to the last one that the broker has now."""
        for record in self._reader.read(self._topic, partition, *self._reader.range_of(self._topic, partition)):
            yield record.key or b"", record.value
