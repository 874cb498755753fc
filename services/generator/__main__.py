"""`python -m services.generator`: questions and evidence in, answers out, the newest adapter taken up on the way."""

from datetime import UTC, datetime
from functools import partial

from services.generator.adapters import NewestAdapters
from services.generator.arms import Served
from services.generator.handler import answer
from services.generator.settings import GeneratorSettings
from shared import plugins, topology
from shared.contests.view import Contests
from shared.kafka import client
from shared.kafka.sink import Delivery, KafkaDeadLetters, KafkaSink
from shared.kafka.source import KafkaSource
from shared.kafka.tail import KafkaTail
from shared.kafka.view import KafkaView
from shared.messages import Answer
from shared.observe import Readiness
from shared.runner import Runner
from shared.service import main
from shared.settings import HomeSettings, KafkaSettings

SERVICE = "generator"
READ: list[topology.AnyTopic] = [topology.QUESTIONS, topology.EVIDENCE]  # whatever the next contest asks for


def build(readiness: Readiness) -> Runner[Answer]:
    settings, kafka = GeneratorSettings(), KafkaSettings()
    client.require(kafka, topology.needed_by(SERVICE))
    name, contests = f"{SERVICE}-{settings.worker}", Contests(KafkaTail(kafka, topology.CONTESTS.name))
    backend = plugins.load("services.generator.backends", settings.backend)(settings, HomeSettings().home)
    newest = NewestAdapters(backend, KafkaView(kafka, topology.ADAPTERS).refresh, settings)
    newest.keep_up()
    if settings.choices == "likelihood":
        backend.score([], [])  # one that cannot weigh choices says so now
    ask = partial(
        answer,
        served=Served.of(settings, contests.look),
        backend=newest.speaking,
        now=lambda: datetime.now(UTC),
        longest=settings.max_new_tokens,
        choices=settings.choices,
    )
    delivery = Delivery(kafka, name)
    source = KafkaSource(kafka, READ, name, readiness.announce, linger_s=settings.linger_ms / 1000)
    sinks = [KafkaSink[Answer](delivery, topology.ANSWERS, lambda made: [made])]
    letters, dead = KafkaDeadLetters(delivery, name), settings.dead_in_a_row
    return Runner(name, source, newest.before(ask), sinks, letters, limit=settings.batch, dead_in_a_row=dead)


if __name__ == "__main__":
    main(f"{SERVICE}-{GeneratorSettings().worker}", build)
