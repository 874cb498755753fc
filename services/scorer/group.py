"""The scorer's group on Kafka: its name, its partitions, and a reader of what it does not deliver."""

from collections.abc import Iterator

import structlog

from services.scorer import changelog
from services.scorer.offsets import Offsets, Place
from services.scorer.reading import JOINED
from services.scorer.settings import ScorerSettings
from shared.kafka import client, topics
from shared.records import RawRecord
from shared.settings import KafkaSettings
from shared.telemetry import metrics
from shared.topology import QUESTIONS

GROUP = "scorer"
log = structlog.get_logger()


def offsets(settings: ScorerSettings, kafka: KafkaSettings) -> Offsets:
    """The offsets of our partitions, over a reader of whatever the group does not deliver."""
    reader = topics.RangeReader(kafka, uncommitted=True)  # as Faust reads

    def read(place: Place, start: int, end: int) -> Iterator[RawRecord]:
        log.info("reading what was not delivered", topic=place.topic, partition=place.partition, start=start, end=end)
        for record in reader.read(place.topic, place.partition, start, end):
            metrics.SCORER_UNDELIVERED.of().inc()
            yield record

    return Offsets(read, limit=settings.batch)


def partitions_of(kafka: KafkaSettings) -> int:
    """How many partitions the joined topics have; ValueError where they, or an older changelog, do not agree."""
    known = client.admin(kafka).list_topics(timeout=10).topics
    names = [*(topic.name for topic in JOINED), changelog.name_of(kafka, GROUP)]
    counts = {name: len(known[name].partitions) for name in names if name in known}
    if len(set(counts.values())) != 1:
        raise ValueError(f"these topics are joined by partition and need equally many: {counts}")
    return counts[QUESTIONS.name]
