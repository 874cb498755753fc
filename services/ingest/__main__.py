"""`python -m services.ingest`: documents in, revisions and chunks out."""

from services.ingest.assembly import Stores, assemble
from services.ingest.settings import IngestSettings
from shared import topology
from shared.cassandra.client import connect
from shared.cassandra.dispositions import CassandraDispositions
from shared.cassandra.documents import CassandraDocuments
from shared.cassandra.signatures import CassandraSignatures
from shared.kafka import access
from shared.kafka.bus import KafkaBus
from shared.keeping_settings import NewsSettings
from shared.observe import Readiness
from shared.observe_settings import ObserveSettings
from shared.retention import Retention, outliving
from shared.runner import Runner
from shared.service import main
from shared.settings import CassandraSettings, EncoderSettings, KafkaSettings
from shared.stored import DocumentOutcome

SERVICE = "ingest"


def build(readiness: Readiness) -> Runner[DocumentOutcome]:
    """The service over Kafka and Cassandra, by the environment."""
    settings, kafka, news = IngestSettings(), KafkaSettings(), NewsSettings()
    keep, decided_days = Retention(news.keep_days), outliving(news.keep_dispositions_days, kafka.retention_days)
    access.require(kafka, topology.needed_by(SERVICE))
    store = connect(CassandraSettings())
    stores = Stores(
        CassandraDispositions(store, decided_days),
        CassandraDocuments(store, keep, news.keep_revisions),
        CassandraSignatures(store, keep),
        keep,
    )
    bus = KafkaBus(kafka, SERVICE, readiness.announce)
    return assemble(bus, stores, settings, encoder=EncoderSettings())


if __name__ == "__main__":
    main(SERVICE, build, ObserveSettings)
