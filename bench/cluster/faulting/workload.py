"""A steady stream of documents and questions as a stranger sends it, and a record of what the brokers acknowledged."""

import json
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any, Self

from confluent_kafka import KafkaError, Message, Producer

from bench.cluster.faulting.news import Newsroom, Story

DOCUMENTS, QUESTIONS = "news.documents.v1", "qa.questions.v1"
PRODUCER = {
    "partitioner": "murmur2_random", "linger.ms": 2, "enable.idempotence": True, "acks": "all",
    "message.timeout.ms": 900_000, "queue.buffering.max.messages": 200_000,
}  # fmt: skip
ACTIONS = {"new": 30, "revise": 22, "retract": 8, "again": 5, "unchanged": 3, "ask": 30, "poison": 2}
"""Of a hundred records: how many are what. `again` publishes a retracted document with another text."""
RECENT = 30
FLUSH_S, ENDS_S = 600.0, 10.0
PROBES = 10_000
"""Added to the seed for what is sent to see whether all is well again."""


@dataclass(frozen=True)
class Sent:
    """What was handed to the producer: the topic, and what the record will say of it."""

    topic: str
    said: Mapping[str, Any]


class Record:
    """Lines of JSON, one for each acknowledged record, written as the acknowledgement comes."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("a", encoding="utf-8")
        self._lock = threading.Lock()
        self.acknowledged = self.refused = 0

    def close(self) -> None:
        self._file.close()

    def acknowledge(self, error: KafkaError | None, message: Message, sent: Sent) -> None:
        """What a producer calls for each record."""
        line = dict(sent.said) | {"topic": sent.topic, "partition": message.partition(), "offset": message.offset()}
        line |= {"at_ms": message.timestamp()[1]} if error is None else {"refused": str(error)}
        with self._lock:
            self._file.write(json.dumps(line) + "\n")
            self._file.flush()
            self.acknowledged, self.refused = self.acknowledged + (error is None), self.refused + (error is not None)


class Workload:
    """Sends `per_second` records while it is entered and not held back. `send` may be called from any thread."""

    def __init__(self, servers: str, record: Path, *, run: str, seed: int, per_second: float) -> None:
        self._producer = Producer({"bootstrap.servers": servers, **PRODUCER})
        self._draw = Random(seed)  # noqa: S311 (a measurement must come out the same)
        self.news, self.probes = Newsroom(run, seed), Newsroom(f"{run}-p", seed + PROBES)
        self.record = Record(record)
        self._pause_s = 1 / per_second
        self._stories: list[Story] = []
        self._withdrawn: list[Story] = []
        self._sending, self._ending = threading.Event(), threading.Event()
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="workload", daemon=True)

    def __enter__(self) -> Self:
        self._sending.set()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ending.set()
        self._thread.join()
        self._producer.flush(ENDS_S)
        self.record.close()

    def hold(self) -> None:
        """Send nothing more until `go`, and wait until the brokers took what was sent; TimeoutError if they do not."""
        self._sending.clear()
        with self._lock:
            left = self._producer.flush(FLUSH_S)
        if left:
            raise TimeoutError(f"the brokers did not take {left} records within {FLUSH_S:g} s")

    def go(self) -> None:
        self._sending.set()

    def publish(self, story: Story, news: Newsroom | None = None) -> None:
        """A further revision of a document, by its newsroom."""
        said = (news or self.news).revise(story)
        self._send(DOCUMENTS, story.document_id, said, {"what": "document", "op": "upsert", "mark": story.mark})

    def ask(self, story: Story, question: Mapping[str, Any]) -> None:
        said = {"what": "question", "about": story.document_id}
        self._send(QUESTIONS, str(question["question_id"]), question, said)

    def _run(self) -> None:
        due = time.monotonic()
        while not self._ending.is_set():
            if self._sending.is_set() and time.monotonic() >= due:
                due = max(due + self._pause_s, time.monotonic() - 1.0)
                with self._lock:
                    if self._sending.is_set():
                        self._act()
            self._producer.poll(0)
            self._ending.wait(0.005)

    def _act(self) -> None:
        action = self._draw.choices(list(ACTIONS), list(ACTIONS.values()))[0]
        getattr(self, f"_{action}")()

    def _new(self) -> None:
        self._stories.append(self.news.begin())
        self.publish(self._stories[-1])

    def _revise(self) -> None:
        if self._stories:
            self.publish(self._some())

    def _retract(self) -> None:
        if self._stories:
            story = self._some()
            self._stories.remove(story)
            self._withdrawn.append(story)
            said = self.news.retract(story)
            self._send(DOCUMENTS, story.document_id, said, {"what": "document", "op": "retract", "mark": ""})

    def _again(self) -> None:
        if self._withdrawn:
            story = self._withdrawn.pop(self._draw.randrange(len(self._withdrawn)))
            self._stories.append(story)
            self.publish(story)

    def _unchanged(self) -> None:
        if self._stories and (message := (story := self._some()).message):
            self._send(DOCUMENTS, story.document_id, message, {"what": "document", "op": "upsert", "mark": story.mark})

    def _ask(self) -> None:
        pool = self._withdrawn if self._withdrawn and self._draw.random() < 0.2 else self._stories
        if pool:
            story = self._draw.choice(pool[-RECENT:])
            self.ask(story, self.news.ask(story))

    def _poison(self) -> None:
        topic = self._draw.choice((DOCUMENTS, QUESTIONS))
        key = f"poison-{self._draw.randrange(10**9)}"
        self._send(topic, key, '{"this is no message', {"what": "poison"})

    def _some(self) -> Story:
        """Mostly one of the newest, sometimes an old one."""
        pool = self._stories[-RECENT:] if self._draw.random() < 0.7 else self._stories
        return self._draw.choice(pool)

    def _send(self, topic: str, key: str, value: Mapping[str, Any] | str, said: Mapping[str, Any]) -> None:
        sent = Sent(topic, {"key": key, **said})
        text = value if isinstance(value, str) else json.dumps(value)
        self._producer.produce(
            topic, key=key.encode(), value=text.encode(),
            on_delivery=lambda error, message: self.record.acknowledge(error, message, sent),
        )  # fmt: skip
