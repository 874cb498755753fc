"""`python -m bench.serving [PROMPTS] [ROUNDS]`: answers a second from Kafka to Kafka, against a bare `generate`.

Prints one JSON object. All run the embedded model over the same prompts, in turns, so that a noisy machine is equally
noisy to all: a worker process of its own between a real evidence topic and a real answers topic, with the rule of
abstention; the worker's handler alone; and the shortest loop that gives the same texts (tokenise, pad, generate,
decode), in batches of the same size, once in the order in which prompts come and once sorted by length.
"""

import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

from services.console.demo.stage import build as build_stage
from services.generator import chat_format, models, replies
from services.generator.arms import Served
from services.generator.backends import transformers
from services.generator.handler import answer
from services.generator.settings import GeneratorSettings
from shared import lines
from shared.contests.calendar import Calendar
from shared.kafka.sink import Delivery, publish
from shared.kafka.topics import Follower
from shared.messages import Answer, Arm, Contest, DocumentPublished, EvidenceFound, EvidenceItem, Question, Recipe
from shared.records import Position, RawRecord, Record
from shared.settings import HomeSettings, KafkaSettings
from shared.topology import ANSWERS, EVIDENCE

WIRE = Path(__file__).parents[1] / "services/console/newswire"
AIM, WITHIN_S, WORKER = 0.9, 300.0, ("generator-base",)
NOW = datetime(2025, 4, 1, tzinfo=UTC)
READING = Arm(name="base+rag", context="rag")
ONLY = Calendar(before=Contest(name="bench", arms=(READING,), recipes=(Recipe(name="rag"),)))


class Pipeline:
    """A generator worker in a process of its own, and this process on both sides of it."""

    def __init__(self) -> None:
        self._delivery = Delivery(KafkaSettings(), "bench")
        self._answers = Follower(KafkaSettings(), ANSWERS.name, from_end=True)
        self._answers.poll(1.0)

    def __call__(self, batch: Sequence[Record[Any]]) -> list[str]:
        """From the first record that is sent to the last answer that came."""
        for record in batch:
            publish(self._delivery, EVIDENCE, record.message.model_copy(update={"asked_at": datetime.now(UTC)}))
        self._delivery.flush()
        return [self._next() for _ in batch]

    def _next(self) -> str:
        """What the model said, whether or not it was passed on; raises ValueError where it said nothing."""
        record = self._answers.poll(WITHIN_S)
        if record is None:
            raise TimeoutError(f"no answer came within {WITHIN_S:g} s")
        answer = Answer.model_validate_json(record.value or b"")
        if answer.status == "failed":
            raise ValueError(f"the worker failed: {answer.failure}")
        return answer.withheld or answer.text


def main(prompts: int, rounds: int) -> dict[str, Any]:
    """Every way, on servers of its own."""
    threads = os.cpu_count() or 1
    os.environ |= {"TILTYARD_GENERATOR_THREADS": str(threads)}
    stage = build_stage("bench-serving")
    try:
        stage.start()
        stage.services.start(WORKER)
        return measure(prompts, rounds, Pipeline())
    finally:
        stage.stop()


def measure(prompts: int, rounds: int, pipeline: Pipeline) -> dict[str, Any]:
    """Prompts a second of each way, and its share of the faster bare one."""
    settings = GeneratorSettings()
    home, served = HomeSettings().home, Served.of(settings, lambda: ONLY)
    backend = transformers.build(settings, home)
    batch = records(prompts)
    texts = [
        chat_format.render(backend.tokenizer, arm.style.ask(record).chat) for record, arm in served.asked_by(batch)
    ]
    ways: dict[str, Callable[[], Sequence[str]]] = {
        "pipeline": lambda: pipeline(batch),
        "handler": lambda: through_handler(batch, served, backend, settings),
        "bare, as they come": lambda: bare(backend, texts, settings),
        "bare, sorted by length": lambda: bare(backend, sorted(texts, key=len), settings),
    }
    texts_by_way = {name: set(way()) for name, way in ways.items()}  # also the warm-up
    took: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, way in ways.items():
            started = time.perf_counter()
            way()
            took[name].append(time.perf_counter() - started)
    rates = {name: round(prompts / median(seconds), 3) for name, seconds in took.items()}
    fastest = max(rate for name, rate in rates.items() if name.startswith("bare"))
    return {
        "model": models.configured(settings, home).label,
        "prompts": prompts,
        "rounds": rounds,
        "prompts_per_s": rates,
        "pipeline_to_faster_bare": round(rates["pipeline"] / fastest, 3),
        "handler_to_faster_bare": round(rates["handler"] / fastest, 3),
        "aim": AIM,
        "reached": rates["pipeline"] >= AIM * fastest,
        "same_texts": len({frozenset(map(_uncited, texts)) for texts in texts_by_way.values()}) == 1,
    }


def through_handler(
    batch: Sequence[Record[Any]], served: Served, backend: transformers.Transformers, settings: GeneratorSettings
) -> list[str]:
    """What the worker does between Kafka and Kafka."""
    effects = answer(batch, served=served, backend=backend, now=lambda: NOW, longest=settings.max_new_tokens)
    return [_plain(effect.outcome) for effect in effects]


def bare(backend: transformers.Transformers, texts: Sequence[str], settings: GeneratorSettings) -> list[str]:
    """The library's own loop, with the backend's model and tokenizer and none of its code."""
    import torch

    decoded: list[str] = []
    for start in range(0, len(texts), settings.batch_size):
        inputs = backend.tokenizer(
            list(texts[start : start + settings.batch_size]),
            padding=True,
            add_special_tokens=False,
            return_tensors="pt",
        )
        with torch.inference_mode():
            output = backend.network.generate(**inputs, max_new_tokens=settings.max_new_tokens, do_sample=False)
        decoded += backend.tokenizer.batch_decode(output[:, inputs["input_ids"].shape[1] :], skip_special_tokens=True)
    return [text.strip() for text in decoded]


def records(count: int) -> list[Record[Any]]:
    """Questions of the sample newswire, each with an article as evidence."""
    documents = _lines(WIRE / "edition1.documents.jsonl", DocumentPublished)
    questions = _lines(WIRE / "questions.jsonl", Question)
    by_id = {document.document_id: document for document in documents}
    known = [
        question for question in questions if question.gold_document_ids and question.gold_document_ids[0] in by_id
    ]
    return [_record(question, by_id[question.gold_document_ids[0]]) for question in known[:count]]


def _record(question: Question, document: DocumentPublished) -> Record[Any]:
    item = EvidenceItem(
        chunk_id=f"{document.document_id}:1:0",
        document_id=document.document_id,
        revision=1,
        title=document.title,
        source=document.source,
        published_at=document.published_at or NOW,
        text=f"{document.title}\n{document.text}",
        rank=1,
        score=1.0,
    )
    retrieved = EvidenceFound(
        question=question, asked_at=NOW, items=(item,), search="none", encoder="none", retrieval_ms=0.0
    )
    return Record(retrieved, RawRecord(Position(EVIDENCE.name, 0, 0), None, None, NOW))


def _lines(file: Path, kind: Any) -> list[Any]:
    return lines.read_all(file, kind)


def _plain(message: Answer) -> str:
    return message.text


def _uncited(text: str) -> str:
    return replies.parse(text, chunk_ids=("the one passage",), abstain="").text


if __name__ == "__main__":
    asked, repeated = (int(argument) for argument in (sys.argv[1:3] or ("48", "3")))
    json.dump(main(asked, repeated), sys.stdout, indent=2)
