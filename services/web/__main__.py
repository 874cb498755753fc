"""`python -m services.web`: the pages on which people ask, vote and see how the arms stand."""

import sys

import structlog

from services.web.app import application
from services.web.following import Following
from services.web.kafka import Topics, most_of
from services.web.live.site import Site
from services.web.serving import listen, serve
from services.web.settings import WebSettings
from shared import service
from shared.kafka import client
from shared.kafka.newest import NewestRecords
from shared.lab.voting.settings import VotingSettings
from shared.observe import Readiness
from shared.settings import KafkaSettings, ObserveSettings

SERVICE = "web"


def run(readiness: Readiness) -> None:
    """Follow the topics and serve, by the environment, until told to stop."""
    settings, kafka = WebSettings(), KafkaSettings()
    client.require(kafka, [*most_of(settings)])
    site = Site(settings, VotingSettings(), Topics(kafka))
    following = Following(site, NewestRecords(kafka, most_of(settings)), readiness.announce)
    listening = listen(settings)
    following.start()
    try:
        structlog.get_logger().info("serving", pages=f"http://{settings.host}:{listening.getsockname()[1]}")
        serve(application(site), listening)
    finally:
        following.stop()


if __name__ == "__main__":
    sys.exit(service.guarded(SERVICE, run, ObserveSettings))
