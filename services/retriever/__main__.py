"""`python -m services.retriever`: questions in, evidence out."""

import time

from services.retriever.handler import Retrieve
from services.retriever.settings import RetrieverSettings
from shared import encoding, plugins, topology
from shared.cassandra.chunks import CassandraChunks
from shared.cassandra.client import connect
from shared.kafka import client
from shared.kafka.sink import Delivery, KafkaDeadLetters, KafkaSink
from shared.kafka.source import KafkaSource
from shared.messages import EvidenceFound
from shared.observe import Readiness
from shared.runner import Runner
from shared.service import main
from shared.settings import CassandraSettings, EncoderSettings, KafkaSettings

SERVICE = "retriever"


def build(readiness: Readiness) -> Runner[EvidenceFound]:
    settings, kafka = RetrieverSettings(), KafkaSettings()
    client.require(kafka, topology.needed_by(SERVICE))
    store = connect(CassandraSettings())
    encoder = encoding.build(EncoderSettings())
    search = plugins.load("services.retriever.searches", settings.search)(CassandraChunks(store, encoder.name))
    rank = plugins.load("services.retriever.rankers", settings.ranker)()
    delivery = Delivery(kafka, SERVICE)
    return Runner(
        service=SERVICE,
        source=KafkaSource(kafka, [topology.QUESTIONS], SERVICE, readiness.announce),
        handle=Retrieve(settings, encoder.encode, encoder.name, search, rank, time.perf_counter),
        sinks=[KafkaSink(delivery, topology.EVIDENCE, lambda found: [found])],
        dead_letters=KafkaDeadLetters(delivery, SERVICE),
        limit=settings.batch,
        dead_in_a_row=settings.dead_in_a_row,
    )


if __name__ == "__main__":
    main(SERVICE, build)
