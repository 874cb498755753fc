"""The scorer's parts put together from settings, on Kafka and Cassandra."""

from collections.abc import Iterator
from functools import partial

import structlog
from prometheus_client import Counter

from services.scorer import changelog
from services.scorer.desk import Desk
from services.scorer.handler import score
from services.scorer.offsets import Offsets, Place
from services.scorer.reading import JOINED, PartitionOf, Reader
from services.scorer.settings import ScorerSettings
from services.scorer.settle import Settle
from services.scorer.table import TableJoins
from shared.cassandra.client import connect
from shared.cassandra.results import CassandraResults
from shared.contests.view import Contests
from shared.kafka import client, topics
from shared.kafka.sink import Delivery, KafkaDeadLetters, KafkaSink
from shared.kafka.tail import KafkaTail
from shared.records import RawRecord
from shared.scoring import catalogue
from shared.settings import CassandraSettings, EncoderSettings, KafkaSettings
from shared.topology import CONTESTS, QUESTIONS, RESULTS

GROUP = "scorer"
log = structlog.get_logger()
_UNDELIVERED = Counter("tiltyard_scorer_undelivered", "Records read from a topic since the group did not deliver them")


def offsets(settings: ScorerSettings, kafka: KafkaSettings) -> Offsets:
    """The offsets of our partitions, over a reader of whatever the group does not deliver."""
    reader = topics.RangeReader(kafka, uncommitted=True)  # as Faust reads

    def read(place: Place, start: int, end: int) -> Iterator[RawRecord]:
        log.info("reading what was not delivered", topic=place.topic, partition=place.partition, start=start, end=end)
        for record in reader.read(place.topic, place.partition, start, end):
            _UNDELIVERED.inc()
            yield record

    return Offsets(read, limit=settings.batch)


def desk(settings: ScorerSettings, kafka: KafkaSettings, place: PartitionOf, joins: TableJoins) -> Desk:
    """What decides and settles, over the store and the topics. `place` says in which partition a question's join is."""
    delivery = Delivery(kafka, GROUP)
    metrics = catalogue.load(settings.metrics, EncoderSettings())
    return Desk(
        joins,
        Reader(KafkaDeadLetters(delivery, GROUP), dead_in_a_row=settings.dead_in_a_row, place=place),
        Settle(
            CassandraResults(connect(CassandraSettings())),
            KafkaSink(delivery, RESULTS, lambda result: [result]),
            partial(score, metrics=metrics),
        ),
        contests=Contests(KafkaTail(kafka, CONTESTS.name)).look,
        keep=settings.keep,
    )


def partitions_of(kafka: KafkaSettings) -> int:
    """How many partitions the joined topics have; ValueError where they, or an older changelog, do not agree."""
    known = client.admin(kafka).list_topics(timeout=10).topics
    names = [*(topic.name for topic in JOINED), changelog.name_of(kafka, GROUP)]
    counts = {name: len(known[name].partitions) for name in names if name in known}
    if len(set(counts.values())) != 1:
        raise ValueError(f"these topics are joined by partition and need equally many: {counts}")
    return counts[QUESTIONS.name]
