"""`python -m services.retriever`: questions in, evidence out."""

import threading
from datetime import UTC, datetime
from functools import partial

from services.retriever.assembly import Assembly
from services.retriever.folders import snapshot_folder
from services.retriever.recipes import RetrieveByContest
from services.retriever.serving import Serving
from services.retriever.settings import RetrieverSettings
from shared import topology
from shared.cassandra.chunks import CassandraChunks
from shared.cassandra.client import connect
from shared.contests.view import Contests
from shared.kafka import client
from shared.kafka.sink import Delivery, KafkaDeadLetters, KafkaSink
from shared.kafka.source import KafkaSource
from shared.kafka.tail import KafkaTail
from shared.kafka.view import KafkaView
from shared.messages import EvidenceFound
from shared.observe import Readiness
from shared.retention import Retention
from shared.runner import Runner
from shared.service import main
from shared.settings import CassandraSettings, EncoderSettings, KafkaSettings, NewsSettings

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
        folder=snapshot_folder(kafka, cassandra, serving.encoder.name, settings) if settings.snapshot else None,
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


if __name__ == "__main__":
    main(SERVICE, build)
