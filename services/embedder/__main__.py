"""`python -m services.embedder`: chunks in, vectors stored, revisions announced."""

from functools import partial

from services.embedder.handler import embed, indexed
from services.embedder.settings import EmbedderSettings
from shared import encoding, topology
from shared.cassandra.chunks import CassandraChunks
from shared.cassandra.client import connect
from shared.kafka import client
from shared.kafka.sink import Delivery, KafkaDeadLetters, KafkaSink
from shared.kafka.source import KafkaSource
from shared.observe import Readiness
from shared.retention import Retention
from shared.runner import Runner
from shared.service import main
from shared.settings import CassandraSettings, EncoderSettings, KafkaSettings, NewsSettings
from shared.stored import StoredRevision

SERVICE = "embedder"


def build(readiness: Readiness) -> Runner[StoredRevision]:
    settings, kafka = EmbedderSettings(), KafkaSettings()
    client.require(kafka, topology.needed_by(SERVICE))
    store = connect(CassandraSettings())
    encoder = encoding.build(EncoderSettings())
    keep = Retention(NewsSettings().keep_days)
    delivery = Delivery(kafka, SERVICE)
    return Runner(
        service=SERVICE,
        source=KafkaSource(kafka, [topology.CHUNKS], SERVICE, readiness.announce),
        handle=partial(embed, encode=encoder.encode, now=keep.now),
        sinks=[
            CassandraChunks(store, encoder.name, keep),
            KafkaSink(delivery, topology.INDEXED, partial(indexed, encoder=encoder.name, now=keep.now)),
        ],
        dead_letters=KafkaDeadLetters(delivery, SERVICE),
        limit=settings.batch,
        dead_in_a_row=settings.dead_in_a_row,
    )


if __name__ == "__main__":
    main(SERVICE, build)
