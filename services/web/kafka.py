"""The broker as the pages use it."""

import threading
import time
from collections.abc import Mapping

from services.web.live import accepted, sheets
from services.web.live.dead import DEAD
from services.web.live.documents import KEPT
from services.web.live.operations import MOST
from services.web.live.site import FOLLOWED, VOTES
from services.web.settings import WebSettings
from shared import topology
from shared.kafka import client
from shared.messages import Message
from shared.messages.contests import MOST_ARMS
from shared.settings import KafkaSettings
from shared.telemetry import tracing
from shared.topology import AnyTopic

RESULTS_AGAIN, SEARCHES, CONFIRM_S = 10, 2, 5.0
"""Results of one question, which each vote publishes again; searches for one, a usual contest having so many recipes at
most; seconds until a record is confirmed."""


class Topics:
    """Publishes what forms say. Implements Publishing; several threads may publish."""

    def __init__(self, settings: KafkaSettings) -> None:
        self._producer, self._lock = client.producer(settings, "web"), threading.Lock()

    def publish(self, topic: AnyTopic, message: Message) -> None:
        """The broker has it when this returns. Raises ConnectionError where it does not confirm that in time."""
        if not self._lock.acquire(timeout=CONFIRM_S):
            raise ConnectionError(
                "the broker takes records too slowly at the moment: nothing was sent, try again later"
            )
        try:
            self._send(topic, message)
        finally:
            self._lock.release()

    def _send(self, topic: AnyTopic, message: Message) -> None:
        outcome: list[object] = []
        key, value = topic.key_of(message).encode(), message.model_dump_json().encode()
        self._producer.produce(
            topic.name, key=key, value=value, headers=dict(tracing.sent(topic.name, key.decode(), {})),
            on_delivery=lambda error, _: outcome.append(error),
        )  # fmt: skip
        until = time.monotonic() + CONFIRM_S
        while not outcome and time.monotonic() < until:
            self._producer.poll(0.1)
        if not outcome:
            self._producer.purge()
            self._producer.poll(0)
            raise ConnectionError(
                f"the broker did not confirm it within {CONFIRM_S:g} s: it may have come all the same, so look for it "
                "before you send it again"
            )
        if outcome[0] is not None:
            raise ConnectionError(f"the broker refused it: {outcome[0]}")


def most_of(settings: WebSettings) -> Mapping[str, int | None]:
    """Topic -> how many of its kept records are read at a start, of each partition; None for all."""
    most = {
        topology.QUESTIONS: settings.questions, topology.RESULTS: RESULTS_AGAIN * settings.questions,
        topology.ANSWERS: MOST_ARMS * settings.questions, topology.VOTES: VOTES,
        topology.EVIDENCE: SEARCHES * settings.questions,
        topology.DOCUMENTS: KEPT, topology.CHUNKS: KEPT, topology.INDEXED: KEPT,
        topology.TUNINGS: MOST, topology.ACTIONS: MOST,
        topology.REFERENCES: accepted.QUESTIONS, topology.REVIEW_ITEMS: sheets.ITEMS, topology.REVIEWS: sheets.VERDICTS,
    }  # fmt: skip
    return {topic.name: most.get(topic) for topic in FOLLOWED} | dict.fromkeys(DEAD, settings.dead_letters)
