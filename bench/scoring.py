"""`python -m bench.scoring`: what scoring costs in memory, on one core, without a broker and a store.

Prints one JSON object. The questions are those of the sample newswire with their gold documents as evidence of the
arms that look things up, asked over and over under new ids; answers are references, sentences of the evidence,
abstentions and one failure, so that every measure has work. `questions_per_s` are joined and scored, with four arms
each; `with_json` reads the messages from bytes and writes the result as bytes as well. Times are those of the
process, so that other processes on the machine count as little as they can. `--encoder` measures the encoder's too.
"""

import argparse
import json
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import count, cycle, islice
from pathlib import Path
from typing import Any

from services.console.demo import newswire
from services.scorer.handler import score
from services.scorer.join import Event, apply, complete, done
from services.scorer.settings import METRICS
from shared import plugins
from shared.contests.calendar import Calendar
from shared.contests.files import shipped
from shared.messages import Answer, DocumentPublished, Form, Question
from shared.scoring import catalogue
from shared.scoring.measure import Metric
from shared.settings import EncoderSettings

SHIPPED = shipped()
NOON = datetime(2025, 3, 3, 12, tzinfo=UTC)
QUESTIONS, ROUNDS, FEW = 1_500, 3, 300
WORDS = 150  # of evidence in a prompt, as the generator's settings have it
CONTROL = ("json", "language", "length")
ENCODED = ("grounded_similarity", "relevance", "similarity", "token_similarity")
FORM = Form(max_words=20, language="en", json_schema={"type": "object", "required": ["answer"]})
Case = tuple[Question, list[Answer]]


def measure(*, encoder: bool) -> dict[str, Any]:
    """Every figure; takes about half a minute, and with the encoder some minutes."""
    settings = EncoderSettings(threads=1)
    cases = list(islice(_cases(), QUESTIONS))
    default = catalogue.load(METRICS, settings)
    others = [name for name in plugins.names("shared.measures") if name not in ENCODED or encoder]
    return {
        "questions": QUESTIONS,
        "arms": len(SHIPPED.arm_names),
        "default_metrics": list(METRICS),
        "questions_per_s": round(_rate(cases, default, with_json=False)),
        "questions_per_s_with_json": round(_rate(cases, default, with_json=True)),
        "questions_per_s_without_metrics": round(_rate(cases, {}, with_json=True)),
        "us_per_question": {
            name: _cost(
                [(_asking(question, name), answers) for question, answers in cases[:FEW]],
                catalogue.load([name], settings)[name],
            )
            for name in others
        },
    }


def _cases() -> Iterator[Case]:
    """A question with what its arms say, for ever."""
    wire = newswire.load(Path(newswire.__file__).parents[1] / "newswire")
    documents = {document.document_id: document for edition in (wire.edition1, wire.edition2) for document in edition}
    for number, question in zip(count(), cycle(wire.questions)):
        asked = question.model_copy(update={"question_id": f"bench-{number}"})
        gold = [documents[name] for name in question.gold_document_ids if name in documents] or [*documents.values()]
        yield asked, [_answer(asked, arm, gold[number % len(gold)], number) for arm in SHIPPED.arm_names]


def _answer(question: Question, arm: str, document: DocumentPublished, number: int) -> Answer:
    passage = " ".join(f"{document.title} {document.text}".split()[:WORDS])
    texts = [*(question.references or ()), f"It is {passage.split('. ')[-1]}.", "I don't know.", ""]
    place = (number + len(arm)) % len(texts)
    searched = {
        "evidence": (f"{document.document_id}:1:0",), "evidence_texts": (passage,), "retrieval_ms": 20.0,
        "citations": (f"{document.document_id}:1:0",),
    }  # fmt: skip
    return Answer.model_validate(
        {
            "question_id": question.question_id,
            "arm": arm,
            "status": {-1: "failed", -2: "abstained"}.get(place - len(texts), "answered"),
            "text": texts[place],
            "model": "bench",
            "backend": "bench",
            "prompt_version": "bench",
            "asked_at": NOON,
        }
        | (searched if "+" in arm else {})
    )


def _rate(cases: Sequence[Case], metrics: Mapping[str, Metric], *, with_json: bool) -> float:
    """Questions a second, the median of ROUNDS."""
    for question, answers in cases[:FEW]:
        _result(question, answers, metrics)
    written = [(q.model_dump_json().encode(), [a.model_dump_json().encode() for a in answers]) for q, answers in cases]
    rates = []
    for _ in range(ROUNDS):
        started = time.process_time()
        if with_json:
            for question_json, answers_json in written:
                answers = [Answer.model_validate_json(answer_json) for answer_json in answers_json]
                _result(Question.model_validate_json(question_json), answers, metrics).model_dump_json().encode()
        else:
            for question, answers in cases:
                _result(question, answers, metrics)
        rates.append(len(cases) / (time.process_time() - started))
    return sorted(rates)[ROUNDS // 2]


def _result(question: Question, answers: Sequence[Answer], metrics: Mapping[str, Metric]) -> Any:
    """One question joined, answer by answer, scored and marked as done."""
    join = apply(None, Event(question, NOON, 0))
    for answer in answers:
        join = apply(join, Event(answer, NOON, 0))
    assert complete(join, SHIPPED.arm_names)
    result = score(join, NOON + timedelta(seconds=1), Calendar(), metrics=metrics)
    done(join, NOON, counted=tuple(result.answers), announced=1)
    return result


def _cost(cases: Sequence[Case], metric: Metric) -> dict[str, float]:
    """Microseconds for the four answers and the missing one of a question, and how many of them had a value."""
    failed = cases[0][1][0].model_copy(update={"status": "failed", "text": ""})
    metric.score(cases[0][0], cases[0][1][0])
    started = time.process_time()
    values = [metric.score(question, answer) for question, answers in cases for answer in (*answers, failed)]
    took = time.process_time() - started
    applied = sum(value is not None for value in values) / len(values)
    return {"us": round(took / len(cases) * 1e6, 1), "applied": round(applied, 2)}


def _asking(question: Question, name: str) -> Question:
    """The question as the measure needs it to apply."""
    return question.model_copy(update={"form": FORM if name in CONTROL else None, "choices": question.references or ()})


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--encoder", action="store_true")
    sys.stdout.write(json.dumps(measure(encoder=parser.parse_args().encoder), indent=2) + "\n")
