"""`python -m bench.cluster traces [--questions 1000]`: whether traces are whole while services are killed with -9.

Servers and services of their own, the real encoder and the backend `echo`. Documents and questions are published with
traces of their own, and come to a collector in this process by OTLP. Meanwhile services are killed, one after the
other, and started again. A trace is whole where every span of its way came, with all parents up to one root. Prints
JSON; the exit code is 1 where a trace is not whole, or a question has no result.
"""

import argparse
import itertools
import json
import os
import random
import sys
import threading
import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from typing import Any

import psutil

from bench import processor
from services.console.demo import newswire
from services.console.demo.stage import Stage
from services.console.demo.stage import build as build_stage
from shared import topology
from shared.kafka.sink import Delivery, publish
from shared.kafka.topics import Follower
from shared.messages import Message
from shared.observe_settings import ObserveSettings
from shared.telemetry import otlp, tracing
from tests.adapters import saved
from tests.spans import Collector, collecting, lacks

SERVICES = ("ingest", "embedder", "retriever", "generator-base", "generator-tuned", "scorer")
TO_RESULT = {
    *(f"send {topic.name}" for topic in (topology.QUESTIONS, topology.EVIDENCE, topology.ANSWERS, topology.RESULTS)),
    *(f"process {topic.name}" for topic in (topology.QUESTIONS, topology.EVIDENCE, topology.ANSWERS)),
}
TO_INDEX = {
    *(f"send {topic.name}" for topic in (topology.DOCUMENTS, topology.CHUNKS, topology.INDEXED)),
    *(f"process {topic.name}" for topic in (topology.DOCUMENTS, topology.CHUNKS)),
}
ASKED_OF, INDEXED_BY = SERVICES[2:], SERVICES[:2]
PER_SECOND, DEADLINE_S, WITHIN_S, SPANS_WITHIN_S, KILLED_WITHIN_S = 20.0, 7_200.0, 1_200.0, 60.0, 30.0


@dataclass
class Trial:
    """What was sent, and what was killed meanwhile."""

    stage: Stage
    collector: Collector
    documents: list[str] = field(default_factory=list)
    questions: list[str] = field(default_factory=list)
    killed: list[str] = field(default_factory=list)

    def lacking(self) -> dict[str, list[str]]:
        """What traces lack to be whole, by the id of their document or question."""
        ways = (
            (topology.DOCUMENTS.name, self.documents, TO_INDEX, INDEXED_BY),
            (topology.QUESTIONS.name, self.questions, TO_RESULT, ASKED_OF),
        )
        return {name: lack for way in ways for name, lack in self._of(*way) if lack}

    def _of(
        self, topic: str, sent: Sequence[str], needed: Collection[str], groups: Collection[str]
    ) -> Iterator[tuple[str, list[str]]]:
        came = self.collector.of(topic)
        for name in sent:
            yield name, lacks(came[name], needed, groups) if name in came else ["all of it"]


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--questions", type=int, default=1_000)
    parser.add_argument("--documents", type=int, default=60)
    parser.add_argument("--kills", type=int, default=12)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    draw = random.Random(options.seed)  # noqa: S311
    turns = itertools.chain.from_iterable(iter(lambda: draw.sample(SERVICES, len(SERVICES)), None))
    told = measure(options.questions, options.documents, list(itertools.islice(turns, options.kills)))
    sys.stdout.write(json.dumps(told, indent=2) + "\n")
    return 1 if told["not_whole"] or told["without_result"] else 0


def measure(questions: int, documents: int, kill: Sequence[str]) -> dict[str, Any]:
    """Kill these services in turn while documents and questions flow; what came of all of them."""
    with collecting() as collector, staged(collector) as stage:
        trial = Trial(stage, collector)
        killing = threading.Thread(target=_kill, args=(trial, kill))
        killing.start()
        with closing(Follower(stage.kafka, topology.RESULTS.name)) as results:
            _publish(trial, questions, documents, killing)
            killing.join()
            without = _unanswered(trial, results)
        lacking = _lacking(trial)
    return {
        "processor": processor.flags(), "questions": questions, "documents": documents, "killed": trial.killed,
        "without_result": without, "whole": questions + documents - len(lacking), "not_whole": len(lacking),
        "first_not_whole": dict(itertools.islice(lacking.items(), 5)),
        "spans": sum(len(spans) for spans in collector.traces.values()), "spans_that_came_again": collector.again,
    }  # fmt: skip


@contextmanager
def staged(collector: Collector) -> Iterator[Stage]:
    """Servers and services whose spans come to the collector, as those of this process do."""
    stage = build_stage("bench-traces")
    observed = {
        "TILTYARD_GENERATOR_BACKEND": "echo", "TILTYARD_OBSERVE_OTLP_ENDPOINT": collector.url,
        "TILTYARD_OBSERVE_OTLP_FOLDER": str(stage.home / "spans"),
    }  # fmt: skip
    before = {name: os.environ.get(name) for name in observed}
    os.environ.update(observed)
    try:
        stage.start()
        otlp.export("bench", ObserveSettings())
        delivery = Delivery(stage.kafka, "bench-traces")
        publish(delivery, topology.ADAPTERS, saved(stage.home / "adapters", "traced"))
        delivery.flush()
        stage.services.start(SERVICES)
        yield stage
    finally:
        tracing.end()
        stage.stop()
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})


def _publish(trial: Trial, questions: int, documents: int, killing: threading.Thread) -> None:
    """All of them in a steady flow; the last tenth of the questions once the killing is over."""
    delivery, wire = Delivery(trial.stage.kafka, "bench-traces"), newswire.load(newswire.SAMPLE)
    asked = itertools.islice(itertools.cycle(wire.questions), questions)
    stories = iter(wire.edition1[:documents])
    for count, question in enumerate(asked):
        if count == questions * 9 // 10:
            killing.join()
        if story := next(stories, None):
            _send(delivery, topology.DOCUMENTS, story)
            trial.documents.append(story.document_id)
        named = question.model_copy(update={"question_id": f"traced-{count}", "deadline_s": DEADLINE_S})
        _send(delivery, topology.QUESTIONS, named)
        trial.questions.append(named.question_id)
        time.sleep(1 / PER_SECOND)


def _send(delivery: Delivery, topic: topology.AnyTopic, message: Message) -> None:
    publish(delivery, topic, message)
    delivery.flush()


def _kill(trial: Trial, names: Sequence[str]) -> None:
    """Each with -9; the next one once it is ready again."""
    for name in names:
        [pid] = [status.pid for status in trial.stage.services.status() if status.name == name]
        process = psutil.Process(pid)
        process.kill()
        process.wait(KILLED_WITHIN_S)
        trial.killed.append(name)
        trial.stage.services.start((name,))


def _unanswered(trial: Trial, results: Follower) -> int:
    """How many questions have no result in time."""
    without, until = set(trial.questions), time.monotonic() + WITHIN_S
    while without and time.monotonic() < until:
        if record := results.poll(0.5):
            without.discard((record.key or b"").decode())
    return len(without)


def _lacking(trial: Trial) -> dict[str, list[str]]:
    """What traces lack, once spans had the time that they take."""
    until = time.monotonic() + SPANS_WITHIN_S
    while (lacking := trial.lacking()) and time.monotonic() < until:
        time.sleep(1.0)
    return lacking
