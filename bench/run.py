"""`make bench`: start-up, freshness, the pipeline's own share of an answer, and memory, on servers of its own.

Prints one JSON object. The generators run the `echo` backend, so that what is left is the pipeline; the
encoder, Kafka and Cassandra are the real ones.
"""

import json
import os
import sys
import time
from collections.abc import Iterator
from typing import Any

from services.console.demo.stage import Stage
from services.console.demo.stage import build as build_stage
from services.console.live import asking
from shared import topology
from shared.cassandra.client import connect
from shared.cassandra.dispositions import CassandraDispositions
from shared.lab.summary import percentiles
from shared.messages import DocumentPublished, Question, Result
from shared.publisher import Publisher
from shared.settings import CassandraSettings, KafkaSettings

DOCUMENTS, QUESTIONS, PAUSE_S = 60, 40, 0.5
WITHIN_S = 120.0


def measure() -> dict[str, Any]:
    """Every figure; takes about two minutes."""
    os.environ["TILTYARD_GENERATOR_BACKEND"] = "echo"
    stage = build_stage("bench")
    try:
        begun = time.monotonic()
        stage.start()
        platform_s = time.monotonic() - begun
        stage.services.start()
        services_s = time.monotonic() - begun - platform_s
        return {
            "platform_ready_s": round(platform_s, 1),
            "services_ready_s": round(services_s, 1),
            "freshness_ms": percentiles(_freshness()).model_dump(),
            "pipeline_ms": _pipeline(),
            "memory_mib": _memory(stage),
        }
    finally:
        stage.stop()


def _freshness() -> Iterator[float]:
    """Broker append to announcement, for single one-chunk documents half a second apart, after ten to warm up."""
    publisher = Publisher(KafkaSettings(), "bench", CassandraDispositions(connect(CassandraSettings())))
    for number in range(DOCUMENTS + 10):
        publisher.publish(topology.DOCUMENTS, [_document(number)])
        (settled,) = publisher.wait(WITHIN_S)
        if number >= 10 and settled.freshness_ms is not None:
            yield settled.freshness_ms
        time.sleep(PAUSE_S)
    publisher.close()


def _document(number: int) -> DocumentPublished:
    text = f"The harbour office counted {number} boats at the quay on day {number}, and the ferry sailed on time. " * 5
    return DocumentPublished(document_id=f"bench-{number}", title=f"Boats at the quay, day {number}", text=text)


def _pipeline() -> dict[str, Any]:
    """Question append to answer append, one question at a time, with a model that takes no time.

    `retrieval` is what the retriever took of it: encoding the question, searching, reading again.
    """
    results = [_ask(number) for number in range(QUESTIONS + 5)][5:]
    searched = [result.answers["base+rag"] for result in results]
    return {
        "base": percentiles(result.answers["base"].latency_ms for result in results).model_dump(),
        "base+rag": percentiles(scored.latency_ms for scored in searched).model_dump(),
        "of it retrieval": percentiles(scored.answer.retrieval_ms for scored in searched).model_dump(),
        "beside retrieval": percentiles(
            scored.latency_ms - scored.answer.retrieval_ms for scored in searched
        ).model_dump(),
        "question to result": percentiles(
            (result.scored_at - result.asked_at).total_seconds() * 1000 for result in results
        ).model_dump(),
    }


def _ask(number: int) -> Result:
    question = Question(question_id=f"bench-{number}", text=f"How many boats were at the quay on day {number}?")
    return asking.ask(KafkaSettings(), [question], within_s=WITHIN_S)[question.question_id]


def _memory(stage: Stage) -> dict[str, int]:
    """Resident memory of each process; generators hold no model here."""
    shown = [*stage.platform.status(), *stage.services.status()]
    return {status.name: status.memory_bytes // 2**20 for status in shown}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(measure(), indent=2) + "\n")
