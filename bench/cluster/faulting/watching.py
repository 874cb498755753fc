"""Hears what is announced and what is answered, and measures how long a new document and a new question take."""

import threading
import time
from typing import Self

from confluent_kafka import Consumer, TopicPartition

from bench.cluster.faulting.workload import Workload

INDEXED, RESULTS = "news.indexed.v1", "qa.results.v1"


class Watch:
    """Follows announcements and results from now on, by key."""

    def __init__(self, servers: str) -> None:
        self._consumer = Consumer({"bootstrap.servers": servers, "group.id": "watch", "enable.auto.commit": False})
        known = self._consumer.list_topics(timeout=30).topics
        self.partitions = len(known[RESULTS].partitions)
        self._consumer.assign(
            [self._end(topic, part) for topic in (INDEXED, RESULTS) for part in known[topic].partitions]
        )
        self._heard: set[tuple[str, str]] = set()
        self._came = threading.Condition()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="watch", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._thread.join()
        self._consumer.close()

    def heard(self, topic: str, keys: list[str], until: float) -> bool:
        """Whether all of these came by then, on the monotonic clock."""
        with self._came:
            wanted = {(topic, key) for key in keys}
            return self._came.wait_for(lambda: wanted <= self._heard, max(0.0, until - time.monotonic()))

    def _end(self, topic: str, partition: int) -> TopicPartition:
        """Asked now, not at the first read: what comes in between counts."""
        _, end = self._consumer.get_watermark_offsets(TopicPartition(topic, partition), timeout=30)
        return TopicPartition(topic, partition, end)

    def _run(self) -> None:
        while not self._stopping.is_set():
            for message in self._consumer.consume(100, 0.05):
                if message.error() is None:
                    with self._came:
                        self._heard.add((str(message.topic()), (message.key() or b"").decode()))
                        self._came.notify_all()


def recovery(workload: Workload, watch: Watch, since: float, within_s: float) -> float | None:
    """Seconds from `since` until, in every partition, a new document is findable and a new question is answered.

    None where that takes longer than `within_s`.
    """
    until = since + within_s
    every = range(watch.partitions)
    stories = [workload.probes.begin(partition, watch.partitions) for partition in every]
    for story in stories:
        workload.publish(story, workload.probes)
    if not watch.heard(INDEXED, [story.document_id for story in stories], until):
        return None
    asked = [workload.probes.ask(story, partition, watch.partitions) for partition, story in enumerate(stories)]
    for story, question in zip(stories, asked, strict=True):
        workload.ask(story, question)
    if not watch.heard(RESULTS, [str(question["question_id"]) for question in asked], until):
        return None
    return time.monotonic() - since
