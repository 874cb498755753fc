"""`python -m services.retriever`: questions in, evidence out."""

import threading
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256
from pathlib import Path

from services.retriever import words
from services.retriever.assembly import Assembly
from services.retriever.recipes import RetrieveByContest
from services.retriever.serving import Serving
from services.retriever.settings import RetrieverSettings
from shared import topology
from shared.cassandra.chunks import CassandraChunks
from shared.cassandra.client import connect
from shared.contests.view import Contests
from shared.kafka import client, topics
from shared.kafka.sink import Delivery, KafkaDeadLetters, KafkaSink
from shared.kafka.source import KafkaSource
from shared.kafka.tail import KafkaTail
from shared.kafka.view import KafkaView
from shared.messages import EvidenceFound
from shared.observe import Readiness
from shared.retention import Retention
from shared.runner import Runner
from shared.service import main
from shared.settings import CassandraSettings, EncoderSettings, HomeSettings, KafkaSettings, NewsSettings

SERVICE = "retriever"


def build(readiness: Readiness) -> Runner[EvidenceFound]:
    settings, kafka, cassandra = RetrieverSettings(), KafkaSettings(), CassandraSettings()
    client.require(kafka, topology.needed_by(SERVICE))
    store = connect(cassandra)
    encoders = KafkaView(kafka, topology.ENCODERS).refresh
    serving = Serving(encoders, EncoderSettings(), partial(CassandraChunks, store))
    contests = Contests(KafkaTail(kafka, topology.CONTESTS.name)).look
    made = Assembly(
        settings,
        encode=serving.encoder.encode,
        encoder=serving.encoder.name,
        chunks=serving,
        announcements=lambda: KafkaTail(kafka, topology.INDEXED.name),
        folder=snapshot(kafka, cassandra, serving.encoder.name, settings) if settings.snapshot else None,
        keep=Retention(NewsSettings().keep_days),
        recipes=contests().at(datetime.now(UTC)).recipes_in_use(),
    )
    made.view.catch_up()
    made.view.follow(threading.Event())
    delivery = Delivery(kafka, SERVICE)
    return Runner(
        service=SERVICE,
        source=KafkaSource(kafka, [topology.QUESTIONS], SERVICE, readiness.announce),
        handle=serving.before(RetrieveByContest(made.usual, made.of, contests)),
        sinks=[KafkaSink(delivery, topology.EVIDENCE, lambda found: [found])],
        dead_letters=KafkaDeadLetters(delivery, SERVICE),
        limit=settings.batch,
        dead_in_a_row=settings.dead_in_a_row,
    )


def snapshot(kafka: KafkaSettings, cassandra: CassandraSettings, encoder: str, settings: RetrieverSettings) -> Path:
    """A folder for exactly these announcements, chunks and words: an index of others is never gone on with."""
    of = (
        topics.identity(kafka, topology.INDEXED.name),
        cassandra.keyspace,
        encoder,
        settings.index_language,
        words.VERSION,
    )
    return HomeSettings().home / "retriever" / sha256("\n".join(of).encode()).hexdigest()[:16]


if __name__ == "__main__":
    main(SERVICE, build)
