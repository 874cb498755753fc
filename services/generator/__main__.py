"""`python -m services.generator`: questions and evidence in, answers out, the newest adapter taken up on the way."""

from datetime import UTC, datetime

from services.generator.assembly import Ports, assemble, name_of
from services.generator.settings import GeneratorSettings
from shared import plugins, topology
from shared.contests.view import Contests
from shared.kafka import client
from shared.kafka.bus import KafkaBus
from shared.kafka.tail import KafkaTail
from shared.kafka.view import KafkaView
from shared.messages import Answer
from shared.observe import Readiness
from shared.runner import Runner
from shared.service import main
from shared.settings import HomeSettings, KafkaSettings, ObserveSettings

SERVICE = "generator"


def build(readiness: Readiness) -> Runner[Answer]:
    """The worker over Kafka, by the environment, its model loaded."""
    settings, kafka = GeneratorSettings(), KafkaSettings()
    client.require(kafka, topology.needed_by(SERVICE))
    load = plugins.load("services.generator.backends", settings.backend)
    ports = Ports(
        bus=KafkaBus(kafka, name_of(settings), readiness.announce, linger_s=settings.linger_ms / 1000),
        backend=load(settings, HomeSettings().home),
        adapters=KafkaView(kafka, topology.ADAPTERS).refresh,
        contests=Contests(KafkaTail(kafka, topology.CONTESTS.name)).look,
        now=lambda: datetime.now(UTC),
    )
    return assemble(ports, settings)


if __name__ == "__main__":
    main(name_of(GeneratorSettings()), build, ObserveSettings)
