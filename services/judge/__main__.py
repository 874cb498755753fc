"""`python -m services.judge`: results in, a language model's verdicts on them out."""

from services.judge.assembly import assemble, name_of
from services.judge.settings import JudgeSettings
from shared import plugins, topology
from shared.kafka import access
from shared.kafka.bus import KafkaBus
from shared.messages import Verdicts
from shared.observe import Readiness
from shared.observe_settings import ObserveSettings
from shared.runner import Runner
from shared.service import main
from shared.settings import HomeSettings, KafkaSettings

SERVICE = "judge"


def build(readiness: Readiness) -> Runner[Verdicts]:
    """The judge over Kafka, by the environment, its model loaded."""
    settings, kafka = JudgeSettings(), KafkaSettings()
    access.require(kafka, topology.needed_by(SERVICE))
    backend = plugins.load("services.judge.backends", settings.backend)(settings, HomeSettings().home)
    return assemble(KafkaBus(kafka, name_of(settings), readiness.announce), backend, settings)


if __name__ == "__main__":
    main(name_of(JudgeSettings()), build, ObserveSettings)
