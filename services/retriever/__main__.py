"""`python -m services.retriever`: questions in, evidence out."""

from functools import partial

from services.retriever.assembly import Ports, assemble
from services.retriever.folders import snapshot_folder
from services.retriever.settings import RetrieverSettings
from shared import topology
from shared.cassandra.chunks import CassandraChunks
from shared.cassandra.client import connect
from shared.contests.view import Contests
from shared.costs import CostSettings, show_price
from shared.kafka import access
from shared.kafka.bus import KafkaBus
from shared.kafka.tail import KafkaTail
from shared.kafka.view import KafkaView
from shared.keeping_settings import NewsSettings
from shared.messages import EvidenceFound
from shared.observe import Readiness
from shared.observe_settings import ObserveSettings
from shared.retention import Retention
from shared.runner import Runner
from shared.service import main
from shared.settings import CassandraSettings, EncoderSettings, HomeSettings, KafkaSettings

SERVICE = "retriever"


def build(readiness: Readiness) -> Runner[EvidenceFound]:
    """The service over Kafka and Cassandra, by the environment."""
    settings, kafka, cassandra, home = RetrieverSettings(), KafkaSettings(), CassandraSettings(), HomeSettings().home
    show_price(CostSettings())
    access.require(kafka, topology.needed_by(SERVICE))
    ports = Ports(
        bus=KafkaBus(kafka, SERVICE, readiness.announce),
        encoders=KafkaView(kafka, topology.ENCODERS).refresh,
        chunks=partial(CassandraChunks, connect(cassandra)),
        announcements=lambda: KafkaTail(kafka, topology.INDEXED.name),
        contests=Contests(KafkaTail(kafka, topology.CONTESTS.name)).look,
        folder=lambda encoder: snapshot_folder(kafka, cassandra, encoder, settings, home=home),
        keep=Retention(NewsSettings().keep_days),
    )
    return assemble(ports, settings, encoder=EncoderSettings())


if __name__ == "__main__":
    main(SERVICE, build, ObserveSettings)
