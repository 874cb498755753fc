"""`python -m services.web`: the pages on which people ask, vote and see how the arms stand."""

import sys
import threading

import structlog

from services.web.app import application
from services.web.following import Following
from services.web.kafka import Topics, most_of
from services.web.live.site import Site
from services.web.serving import listen, server
from services.web.settings import WebSettings
from services.web.signing.choosing import way_of
from services.web.store import StoreInTime
from shared import service, topology
from shared.cassandra.client import connect
from shared.cassandra.documents import CassandraDocuments
from shared.costs import CostSettings
from shared.kafka import access
from shared.kafka.lags import KafkaLags
from shared.kafka.letters import KafkaLetters
from shared.kafka.newest import NewestRecords
from shared.lab.voting.settings import VotingSettings
from shared.observe import Readiness
from shared.observe_settings import ObserveSettings
from shared.settings import CassandraSettings, KafkaSettings

SERVICE = "web"
READ = {topic.name for step in topology.STEPS for topic in step.reads}
log = structlog.get_logger()


def run(readiness: Readiness) -> None:
    """Follow the topics and serve, by the environment, until told to stop. Raises RuntimeError where following ends."""
    settings, kafka = WebSettings(), KafkaSettings()
    access.require(kafka, [*most_of(settings)])
    site, failed = _site(settings, kafka, CassandraSettings(startup_wait_s=0)), threading.Event()
    serving = server(application(site), settings, site.changes.close)

    def ended() -> None:
        failed.set()
        serving.end()

    records = NewestRecords(kafka, most_of(settings))
    site.dead.start_after(records.left_out)
    following = Following(site, records, readiness.announce, ended)
    with listen(settings) as address:
        following.start()
        try:
            log.info("serving", pages=settings.at(address.getsockname()[1]))
            serving.run(sockets=[address])
        finally:
            site.sending.stop()
            following.stop()
    if failed.is_set():
        raise RuntimeError("the topics are no longer read: the log says why")


def _site(settings: WebSettings, kafka: KafkaSettings, cassandra: CassandraSettings) -> Site:
    """Its store is connected when a page first asks. Raises ValueError where the file of people cannot be used."""
    return Site(
        settings, VotingSettings(), Topics(kafka), way_of(settings),
        store=StoreInTime(lambda: CassandraDocuments(connect(cassandra))),
        costs=CostSettings(), lagging=KafkaLags(kafka, READ),
        letters=lambda: KafkaLetters(kafka, SERVICE),
    )  # fmt: skip


if __name__ == "__main__":
    sys.exit(service.guarded(SERVICE, run, ObserveSettings))
