"""How long records wait while a second process of ingest or of the scorer comes, leaves, or is killed."""

import threading
import time
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Self

from bench.cluster.scale_members import Outputs, processes, running, settle
from shared import topology
from shared.kafka.sink import Delivery, publish
from shared.messages import Answer, DocumentPublished, Question
from shared.settings import KafkaSettings
from shared.topology import AnyTopic
from tests.builders import an_answer
from tests.kills.flow import ARMS
from tests.kills.run import PARTITIONS, Process, servers

EVERY_S, BEFORE_S, WITHIN_S, AFTER_S = 0.05, 3.0, 120.0, 5.0
OUTPUT: dict[str, AnyTopic] = {"ingest": topology.CHUNKS, "scorer": topology.RESULTS}


class Feed:
    """Sends a document, or a question with all its answers, every 50 ms. `sent`: key -> partition and time."""

    def __init__(self, kafka: KafkaSettings, service: str, prefix: str) -> None:
        self.sent: dict[str, tuple[int, float]] = {}
        self._delivery = Delivery(kafka, "bench", lambda at, key: self._stored(at.partition, key or b""))
        self._send: Callable[[str], None] = self._document if service == "ingest" else self._question
        self._prefix, self._stopping = prefix, threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        number = 0
        while not self._stopping.wait(EVERY_S):
            self._send(f"{self._prefix}-{number}")
            self._delivery.flush()
            number += 1

    def _stored(self, partition: int, key: bytes) -> None:
        self.sent[key.decode()] = partition, time.time()  # of a question its last answer counts

    def _document(self, name: str) -> None:
        publish(
            self._delivery, topology.DOCUMENTS, DocumentPublished(document_id=name, text=f"The ferry {name} sails.")
        )

    def _question(self, name: str) -> None:
        publish(self._delivery, topology.QUESTIONS, Question(question_id=name, text="Which?", deadline_s=3_600))
        for arm in ARMS:
            answer: Answer = an_answer(question_id=name, arm=arm)
            publish(self._delivery, topology.ANSWERS, answer)


def measure(options: Namespace) -> dict[str, Any]:
    """By service and event: how long a record waited at most, and until when every partition flowed again."""
    with TemporaryDirectory() as folder, servers(Path(folder)) as usual:
        environment = dict(usual) | {
            "TILTYARD_KAFKA_SESSION_S": str(options.session_s), "TILTYARD_SCORER_SESSION_S": str(options.session_s),
        }  # fmt: skip
        kafka = KafkaSettings(bootstrap_servers=environment["TILTYARD_KAFKA_BOOTSTRAP_SERVERS"])
        return {"session_s": options.session_s} | {
            service: _events(kafka, service, processes(service, 2, environment, Path(folder)))
            for service in options.services
        }


def _events(kafka: KafkaSettings, service: str, members: list[Process]) -> dict[str, Any]:
    first, second = members
    with running([first]):
        try:
            _around(kafka, service, "warm", lambda: None)
            joined = _around(kafka, service, "joins", lambda: _join(second, kafka, service))
            left = _around(kafka, service, "leaves", second.end)
            second.start()
            second.wait_ready()
            settle(kafka, service, 2)
            killed = _around(kafka, service, "killed", second.kill)
        finally:
            second.end()
    return {"joins": joined, "leaves": left, "killed": killed}


def _join(member: Process, kafka: KafkaSettings, service: str) -> None:
    member.start()
    member.wait_ready()
    settle(kafka, service, 2)


def _around(kafka: KafkaSettings, service: str, name: str, event: Callable[[], None]) -> dict[str, float]:
    outputs, prefix = Outputs(kafka, OUTPUT[service].name), f"{service}-{name}-{time.time_ns()}"
    with Feed(kafka, service, prefix) as feed:
        outputs.take(BEFORE_S)
        began = time.time()
        event()
        done = time.time()
        _until_all_flow(outputs, feed, done)
        outputs.take(AFTER_S)
    outputs.wait_for(len(feed.sent), WITHIN_S)
    outputs.close()
    waits = [outputs.at[key] - at for key, (_, at) in feed.sent.items() if at >= began - 1]
    flowing = _flowing(outputs, feed, began)
    return {
        "event_took_s": round(done - began, 2),
        "longest_wait_s": round(max(waits), 2),
        "all_partitions_flow_after_s": round(max(flowing.values()) - began, 2),
    }


def _until_all_flow(outputs: Outputs, feed: Feed, since: float) -> None:
    until = time.monotonic() + WITHIN_S
    while len(_flowing(outputs, feed, since)) < PARTITIONS:
        outputs.take(0.2)
        if time.monotonic() > until:
            raise TimeoutError(f"not every partition flows after {WITHIN_S:g} s")


def _flowing(outputs: Outputs, feed: Feed, since: float) -> dict[int, float]:
    """Partition -> when the first record came out that went in after `since`."""
    flowing: dict[int, float] = {}
    for key, (partition, at) in list(feed.sent.items()):
        if at >= since and key in outputs.at:
            flowing[partition] = min(outputs.at[key], flowing.get(partition, float("inf")))
    return flowing
