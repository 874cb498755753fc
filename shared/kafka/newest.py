"""Several topics followed at once without a group: the newest records that are kept of each, then all as they come."""

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial

import structlog

from shared import topology
from shared.gaps import Gaps
from shared.kafka import client, consumed, topics
from shared.records import RawRecord
from shared.settings import KafkaSettings

log = structlog.get_logger()
COMPACTED = frozenset(topic.name for topic in topology.TOPICS if topic.kept == "compacted")
"""Where a missing offset is nothing unusual."""
LOOK_EVERY_S, LOOK_S = 5.0, 3.0


class NewestRecords:
    """One consumer over all partitions of all the topics. `most`: topic -> how many of the kept ones; None for all.

    `left_out`: topic -> how many older ones were kept at the start.
    """

    def __init__(self, settings: KafkaSettings, most: Mapping[str, int | None]) -> None:
        self._consumer = client.consumer(settings, "web")
        self._ends: dict[tuple[str, int], int] = {}
        self.left_out: Counter[str] = Counter()
        places = []
        for topic, wanted in most.items():
            kept = topics.ranges(settings, topic)
            for partition, (low, high) in kept.items():
                start = low if wanted is None else max(low, high - wanted)
                self.left_out[topic] += start - low
                places.append(client.TopicPartition(topic, partition, start))
                if high > start:
                    self._ends[topic, partition] = high
        self._places, self._looked_at = places, time.monotonic()
        self._consumer.assign(places)
        self._error: client.KafkaError | None = None
        self._gaps = Gaps(partial(consumed.firsts, self._consumer, within_s=LOOK_S), _passed_over)
        self._gaps.adopt({(place.topic, place.partition): place.offset for place in places})

    def poll(self, limit: int, wait_s: float) -> Sequence[RawRecord]:
        """At most so many records; none where none came. Raises ConnectionError while the broker does not answer.

        What came beside an error is given first, and the error raised at the next call: nobody reads those again.
        """
        if (error := self._error) is not None:
            self._error = None
            raise ConnectionError(f"the broker does not answer: {error}")
        first = self._consumer.poll(wait_s)
        messages = [] if first is None else [first, *self._consumer.consume(limit - 1, timeout=0.0)]
        self._error = next((message.error() for message in messages if message.error()), None)
        records = [consumed.raw_record(message) for message in messages if not message.error()]
        self._gaps.passed([record for record in records if record.position.topic not in COMPACTED])
        if records:
            self._looked_at = time.monotonic()
        elif time.monotonic() - self._looked_at > LOOK_EVERY_S:
            self._look()
        return records

    def caught_up(self) -> bool:
        """Whether all that was kept at the start has been read. Raises ConnectionError while the broker is away."""
        with client.reaching():
            return all(
                place.offset >= self._ends.get((place.topic, place.partition), place.offset)
                for place in self._consumer.position(self._places)
            )

    def close(self) -> None:
        self._consumer.close()

    def _look(self) -> None:
        """Whether the broker answers: a consumer alone waits for one that is away."""
        consumed.firsts(self._consumer, [(self._places[0].topic, self._places[0].partition)], LOOK_S)
        self._looked_at = time.monotonic()


def _passed_over(topic: str, partition: int, first: int, end: int) -> None:
    """Whoever only shows records loses none by it; but what it shows is not whole then."""
    log.warning("deleted before it could be shown", topic=topic, partition=partition, start=first, end=end)
