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
from shared import service
from shared.kafka import client
from shared.kafka.letters import KafkaLetters
from shared.kafka.newest import NewestRecords
from shared.lab.voting.settings import VotingSettings
from shared.observe import Readiness
from shared.settings import KafkaSettings, ObserveSettings

SERVICE = "web"
log = structlog.get_logger()


def run(readiness: Readiness) -> None:
    """Follow the topics and serve, by the environment, until told to stop. Raises RuntimeError where following ends."""
    settings, kafka = WebSettings(), KafkaSettings()
    client.require(kafka, [*most_of(settings)])
    site = Site(settings, VotingSettings(), Topics(kafka), letters=lambda: KafkaLetters(kafka, SERVICE))
    failed = threading.Event()
    serving = server(application(site), site.changes.close)

    def ended() -> None:
        failed.set()
        serving.end()

    records = NewestRecords(kafka, most_of(settings))
    site.dead.start_after(records.left_out)
    following = Following(site, records, readiness.announce, ended)
    with listen(settings) as address:
        following.start()
        try:
            log.info("serving", pages=f"http://{settings.name}:{address.getsockname()[1]}")
            serving.run(sockets=[address])
        finally:
            site.sending.stop()
            following.stop()
    if failed.is_set():
        raise RuntimeError("the topics are no longer read: the log says why")


if __name__ == "__main__":
    sys.exit(service.guarded(SERVICE, run, ObserveSettings))
