"""`python -m services.embedder`: chunks in, vectors stored, revisions announced."""

from services.embedder.assembly import Ports, assemble
from services.embedder.handler import Embedded
from services.embedder.settings import EmbedderSettings
from shared import topology
from shared.cassandra.chunks import CassandraChunks
from shared.cassandra.client import connect
from shared.costs import CostSettings, show_price
from shared.kafka import access
from shared.kafka.bus import KafkaBus
from shared.kafka.view import KafkaView
from shared.keeping_settings import NewsSettings
from shared.observe import Readiness
from shared.observe_settings import ObserveSettings
from shared.retention import Retention
from shared.runner import Runner
from shared.service import main
from shared.settings import CassandraSettings, EncoderSettings, KafkaSettings

SERVICE = "embedder"


def build(readiness: Readiness) -> Runner[Embedded]:
    """The service over Kafka and Cassandra, by the environment."""
    settings, kafka, keep = EmbedderSettings(), KafkaSettings(), Retention(NewsSettings().keep_days)
    show_price(CostSettings())
    access.require(kafka, topology.needed_by(SERVICE))
    store = connect(CassandraSettings())
    ports = Ports(
        bus=KafkaBus(kafka, SERVICE, readiness.announce),
        encoders=KafkaView(kafka, topology.ENCODERS).refresh,
        table=lambda encoder: CassandraChunks(store, encoder, keep),
        keep=keep,
    )
    return assemble(ports, settings, encoder=EncoderSettings())


if __name__ == "__main__":
    main(SERVICE, build, ObserveSettings)
