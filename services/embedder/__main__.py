"""`python -m services.embedder`: chunks in, vectors stored, revisions announced."""

from functools import partial

from services.embedder.encoders import EncodersInUse
from services.embedder.handler import Embed, Embedded, announced
from services.embedder.settings import EmbedderSettings
from services.embedder.tables import Tables
from shared import topology
from shared.cassandra.chunks import CassandraChunks
from shared.cassandra.client import connect
from shared.kafka import client
from shared.kafka.sink import Delivery, KafkaDeadLetters, KafkaSink
from shared.kafka.source import KafkaSource
from shared.kafka.view import KafkaView
from shared.observe import Readiness
from shared.retention import Retention
from shared.runner import Runner
from shared.service import main
from shared.settings import CassandraSettings, EncoderSettings, KafkaSettings, NewsSettings

SERVICE = "embedder"


def build(readiness: Readiness) -> Runner[Embedded]:
    settings, kafka = EmbedderSettings(), KafkaSettings()
    client.require(kafka, topology.needed_by(SERVICE))
    store = connect(CassandraSettings())
    encoders = EncodersInUse(KafkaView(kafka, topology.ENCODERS).refresh, EncoderSettings())
    encoders()  # loads them before the first batch comes
    keep = Retention(NewsSettings().keep_days)
    delivery = Delivery(kafka, SERVICE)
    return Runner(
        service=SERVICE,
        source=KafkaSource(kafka, [topology.CHUNKS], SERVICE, readiness.announce),
        handle=Embed(encoders, keep.now),
        sinks=[
            Tables(lambda encoder: CassandraChunks(store, encoder, keep)),
            KafkaSink(delivery, topology.INDEXED, partial(announced, now=keep.now)),
        ],
        dead_letters=KafkaDeadLetters(delivery, SERVICE),
        limit=settings.batch,
        portion_bytes=settings.portion_bytes,
        overlaps=True,  # encoding takes both cores' time and storing mostly waits
        dead_in_a_row=settings.dead_in_a_row,
    )


if __name__ == "__main__":
    main(SERVICE, build)
