"""`python -m services.generator`: questions and evidence in, answers out, the newest adapter taken up on the way."""

from datetime import UTC, datetime
from functools import partial

from services.generator import withholding
from services.generator.adapters import NewestAdapter
from services.generator.handler import answer, arms_of, topics_of
from services.generator.settings import GeneratorSettings
from shared import plugins, topology
from shared.kafka import client
from shared.kafka.sink import Delivery, KafkaDeadLetters, KafkaSink
from shared.kafka.source import KafkaSource
from shared.kafka.view import KafkaView
from shared.messages import Answer
from shared.observe import Readiness
from shared.runner import Runner
from shared.service import main
from shared.settings import HomeSettings, KafkaSettings

SERVICE = "generator"


def build(readiness: Readiness) -> Runner[Answer]:
    settings, kafka = GeneratorSettings(), KafkaSettings()
    client.require(kafka, topology.needed_by(SERVICE))
    name, arms = f"{SERVICE}-{settings.worker}", arms_of(settings)
    backend = plugins.load("services.generator.backends", settings.backend)(settings, HomeSettings().home)
    newest = NewestAdapter(backend, KafkaView(kafka, topology.ADAPTERS).refresh, settings)
    newest.keep_up()
    if settings.choices == "likelihood":
        backend.score([], [])  # one that cannot weigh choices says so now
    ask = partial(
        answer,
        arms=arms,
        backend=newest.speaking,
        now=lambda: datetime.now(UTC),
        longest=settings.max_new_tokens,
        choices=settings.choices,
        decline=withholding.rule(settings),
    )
    delivery = Delivery(kafka, name)
    source = KafkaSource(kafka, topics_of(arms), name, readiness.announce, linger_s=settings.linger_ms / 1000)
    sinks = [KafkaSink[Answer](delivery, topology.ANSWERS, lambda made: [made])]
    letters, dead = KafkaDeadLetters(delivery, name), settings.dead_in_a_row
    return Runner(name, source, newest.before(ask), sinks, letters, limit=settings.batch, dead_in_a_row=dead)


if __name__ == "__main__":
    main(f"{SERVICE}-{GeneratorSettings().worker}", build)
