"""`python -m services.tuner`: watches news, standings and adapters, and retrains where the policy calls for it."""

import signal
import sys
import threading
from datetime import UTC, datetime

from services.tuner.news import News
from services.tuner.settings import TunerSettings
from services.tuner.training import Training
from services.tuner.tuner import Tuner, World
from services.tuner.watching import Announcements
from shared import topology
from shared.kafka import client
from shared.kafka.sink import Delivery, publish
from shared.kafka.view import KafkaView
from shared.messages import TuningDecided
from shared.observe import Readiness
from shared.service import guarded
from shared.settings import KafkaSettings

SERVICE = "tuner"


def run(readiness: Readiness) -> None:
    policy, kafka, stopping = TunerSettings(), KafkaSettings(), threading.Event()
    client.require(kafka, topology.needed_by(SERVICE))
    training, announcements, delivery = (
        Training(policy.pairs, stopping, track=policy.track),
        Announcements(kafka, News()),
        Delivery(kafka, SERVICE),
    )
    adapters, standings = KafkaView(kafka, topology.ADAPTERS), KafkaView(kafka, topology.STANDINGS)
    events = KafkaView(kafka, topology.TUNINGS)
    world = World(adapters.refresh, standings.refresh, lambda: events.values, announcements.not_learned_by)

    def stop(*_: object) -> None:
        stopping.set()
        training.stop()

    def say(event: TuningDecided) -> None:
        publish(delivery, topology.TUNINGS, event)
        delivery.flush()
        events.values[event.tuning_id] = event

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    tuner = Tuner(policy, world, say, training, lambda: datetime.now(UTC))
    tuner.recover()
    readiness.announce()
    while not stopping.is_set():
        tuner.look()
        stopping.wait(policy.look_every_s)


if __name__ == "__main__":
    sys.exit(guarded(SERVICE, run))
