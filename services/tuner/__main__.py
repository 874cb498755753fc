"""`python -m services.tuner`: watches news, standings and adapters, and retrains where the policy calls for it."""

import signal
import sys
import threading
from datetime import UTC, datetime

from services.tuner.assembly import Ports, assemble
from services.tuner.news import News
from services.tuner.settings import TunerSettings
from services.tuner.training import Training
from services.tuner.watching import Announcements
from shared import topology
from shared.kafka import access
from shared.kafka.sink import Delivery, publish
from shared.kafka.view import KafkaView
from shared.messages import TuningDecided
from shared.observe import Readiness
from shared.observe_settings import ObserveSettings
from shared.service import guarded
from shared.settings import KafkaSettings

SERVICE = "tuner"


def run(readiness: Readiness) -> None:
    """Look again and again until told to stop."""
    policy, kafka, stopping = TunerSettings(), KafkaSettings(), threading.Event()
    access.require(kafka, topology.needed_by(SERVICE))
    training, delivery = Training(policy.pairs, stopping, track=policy.track), Delivery(kafka, SERVICE)
    tunings = KafkaView(kafka, topology.TUNINGS)

    def stop(*_: object) -> None:
        stopping.set()
        training.stop()

    def stored(event: TuningDecided) -> None:
        publish(delivery, topology.TUNINGS, event)
        delivery.flush()

    ports = Ports(
        adapters=KafkaView(kafka, topology.ADAPTERS).refresh,
        standings=KafkaView(kafka, topology.STANDINGS).refresh,
        decided=tunings.values,
        not_learned=Announcements(kafka, News()).not_learned_by,
        publish=stored,
        train=training,
        now=lambda: datetime.now(UTC),
    )
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    tuner = assemble(ports, policy)
    tuner.recover()
    readiness.announce()
    while not stopping.is_set():
        tuner.look()
        stopping.wait(policy.look_every_s)


if __name__ == "__main__":
    sys.exit(guarded(SERVICE, run, ObserveSettings))
