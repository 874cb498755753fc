"""`python -m services.generator`: questions and evidence in, answers out, the newest adapter taken up on the way."""

from datetime import UTC, datetime

from services.generator.assembly import Ports, assemble, name_of
from services.generator.newest_news import NewestNews
from services.generator.settings import GeneratorSettings
from shared import plugins, topology
from shared.cassandra.client import connect
from shared.cassandra.documents import CassandraDocuments
from shared.contests.view import Contests
from shared.costs import CostSettings, show_price
from shared.kafka import access
from shared.kafka.bus import KafkaBus
from shared.kafka.tail import KafkaTail
from shared.kafka.view import KafkaView
from shared.keeping_settings import NewsSettings
from shared.messages import Answer
from shared.observe import Readiness
from shared.observe_settings import ObserveSettings
from shared.retention import Retention
from shared.runner import Runner
from shared.service import main
from shared.settings import CassandraSettings, HomeSettings, KafkaSettings

SERVICE = "generator"
STORE_WAIT_S = 2.0
"""For an absent store: an arm that needs it fails until it is there, and other arms are not to wait."""


def build(readiness: Readiness) -> Runner[Answer]:
    """The worker over Kafka, by the environment, its model loaded."""
    settings, kafka = GeneratorSettings(), KafkaSettings()
    show_price(CostSettings())
    access.require(kafka, topology.needed_by(SERVICE))
    load = plugins.load("services.generator.backends", settings.backend)
    ports = Ports(
        bus=KafkaBus(kafka, name_of(settings), readiness.announce, linger_s=settings.linger_ms / 1000),
        backend=load(settings, HomeSettings().home),
        adapters=KafkaView(kafka, topology.ADAPTERS).refresh,
        contests=Contests(KafkaTail(kafka, topology.CONTESTS.name)).look,
        now=lambda: datetime.now(UTC),
        news=NewestNews(
            lambda: KafkaTail(kafka, topology.INDEXED.name),
            _documents,
            Retention(NewsSettings().keep_days),
        ),
    )
    return assemble(ports, settings)


def _documents() -> CassandraDocuments:
    """The store of documents; raises what connecting to it raises."""
    settings = CassandraSettings()
    wait_s = min(settings.startup_wait_s, STORE_WAIT_S)
    return CassandraDocuments(connect(settings.model_copy(update={"startup_wait_s": wait_s})))


if __name__ == "__main__":
    main(name_of(GeneratorSettings()), build, ObserveSettings)
