"""The scorer's group on Kafka: its name, its partitions, and a reader of what it does not deliver."""

from collections.abc import Collection, Iterator

import structlog

from services.scorer import changelog
from services.scorer.offsets import Offsets, Place
from services.scorer.reading import JOINED
from services.scorer.settings import ScorerSettings
from shared.gaps import Gaps
from shared.kafka import client, topics
from shared.kafka.bus import write_down
from shared.losses import Losses
from shared.records import RawRecord
from shared.settings import KafkaSettings
from shared.telemetry import metrics
from shared.topology import QUESTIONS

GROUP = "scorer"
log = structlog.get_logger()


def offsets(settings: ScorerSettings, kafka: KafkaSettings) -> Offsets:
    """The offsets of our partitions, over a reader of whatever the group does not deliver."""
    reader = topics.RangeReader(kafka, uncommitted=True)  # as Faust reads
    lost = Losses(GROUP, lambda loss: write_down(kafka, GROUP, loss)).tell

    def starts(places: Collection[tuple[str, int]]) -> dict[tuple[str, int], int]:
        return {place: reader.range_of(*place)[0] for place in places}  # what it raises ends the scorer

    def read(place: Place, start: int, end: int) -> Iterator[RawRecord]:
        log.info("reading what was not delivered", topic=place.topic, partition=place.partition, start=start, end=end)
        gaps = Gaps(starts, lost)
        gaps.adopt({place: start})
        for record in reader.read(place.topic, place.partition, start, end):
            metrics.SCORER_UNDELIVERED.of().inc()
            gaps.passed([record])
            yield record
        gaps.exhausted({place: end})

    return Offsets(read, limit=settings.batch)


def partitions_of(kafka: KafkaSettings) -> int:
    """How many partitions the joined topics have; ValueError where they, or an older changelog, do not agree."""
    known = client.admin(kafka).list_topics(timeout=10).topics
    names = [*(topic.name for topic in JOINED), changelog.name_of(kafka, GROUP)]
    counts = {name: len(known[name].partitions) for name in names if name in known}
    if len(set(counts.values())) != 1:
        raise ValueError(f"these topics are joined by partition and need equally many: {counts}")
    return counts[QUESTIONS.name]
