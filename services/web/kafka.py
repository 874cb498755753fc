"""The broker as the pages use it."""

import threading
from collections.abc import Mapping

from services.web.live.documents import DEAD, KEPT, OWN
from services.web.live.site import FOLLOWED
from services.web.settings import WebSettings
from shared import topology
from shared.kafka.sink import Delivery, publish
from shared.messages import Message
from shared.settings import KafkaSettings
from shared.topology import AnyTopic

ARMS, VOTES = 12, 100_000
"""Answers of one question, at most, and votes: as many of the newest are read at a start."""


class Topics:
    """Publishes what forms say. Implements Publishing; several threads may publish."""

    def __init__(self, settings: KafkaSettings) -> None:
        self._delivery, self._lock = Delivery(settings, "web"), threading.Lock()

    def publish(self, topic: AnyTopic, message: Message) -> None:
        """The broker has it when this returns. Raises ConnectionError where it does not take it."""
        with self._lock:
            publish(self._delivery, topic, message)
            self._delivery.flush()


def most_of(settings: WebSettings) -> Mapping[str, int | None]:
    """Topic -> how many of its kept records are read at a start, of each partition; None for all."""
    most = {
        topology.QUESTIONS: settings.questions, topology.RESULTS: settings.questions,
        topology.ANSWERS: ARMS * settings.questions, topology.VOTES: VOTES, topology.INDEXED: KEPT,
    }  # fmt: skip
    return {topic.name: most.get(topic) for topic in FOLLOWED} | dict.fromkeys(DEAD, OWN)
