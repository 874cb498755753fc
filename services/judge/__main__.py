"""`python -m services.judge`: results in, a language model's verdicts on them out."""

from functools import partial

from services.judge.announced import Announced
from services.judge.case import bench
from services.judge.handler import judge
from services.judge.settings import JudgeSettings
from shared import plugins, topology
from shared.kafka import client
from shared.kafka.sink import Delivery, KafkaDeadLetters, KafkaSink
from shared.kafka.source import KafkaSource
from shared.messages import Verdicts
from shared.observe import Readiness
from shared.runner import Runner
from shared.service import main
from shared.settings import HomeSettings, KafkaSettings

SERVICE = "judge"


def build(readiness: Readiness) -> Runner[Verdicts]:
    settings, kafka = JudgeSettings(), KafkaSettings()
    client.require(kafka, topology.needed_by(SERVICE))
    backend = plugins.load("services.judge.backends", settings.backend)(settings, HomeSettings().home)
    name, announced = f"{SERVICE}-{settings.name}", Announced()

    def assigned() -> None:
        announced.forget()
        readiness.announce()

    delivery = Delivery(kafka, name)
    return Runner(
        service=name,
        source=KafkaSource(kafka, [topology.RESULTS], name, assigned),
        handle=partial(judge, bench=bench(settings, backend), announced=announced),
        sinks=[KafkaSink[Verdicts](delivery, topology.VERDICTS, lambda made: [made]), announced],
        dead_letters=KafkaDeadLetters(delivery, name),
        limit=settings.batch,
        dead_in_a_row=settings.dead_in_a_row,
    )


if __name__ == "__main__":
    main(f"{SERVICE}-{JudgeSettings().name}", build)
