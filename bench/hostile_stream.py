"""`python -m bench.hostile_stream`: good news and questions on real servers, alone and then among hostile records.

Prints one JSON object. Encoder, Kafka and Cassandra are the real ones, the generators run the `echo` backend. Both
streams have the same pace; in the second a share of the records comes from a stranger, on every topic that anyone may
write. Each question asks for one document by a word that stands in no other.
"""

import argparse
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from random import Random
from typing import Any

from services.console.demo.stage import Stage
from services.console.demo.stage import build as build_stage
from services.console.live.accounting import LiveAuditSource
from services.console.live.asking import Listener
from shared import topology
from shared.cassandra.client import connect
from shared.cassandra.dispositions import CassandraDispositions
from shared.lab import accounting
from shared.lab.summary import percentiles
from shared.messages import DocumentPublished, Question, Result
from shared.publisher import Publisher, Settled
from shared.topology import AnyTopic
from tests.hostile.records import HostileRecord, Stranger
from tests.hostile.valid import messages

PUBLIC = (topology.DOCUMENTS, topology.QUESTIONS, topology.REFERENCES, topology.VOTES)
WITHIN_S = 600.0
BEHIND = 60
"""A question asks for the document that went out so many documents before."""
Sent = DocumentPublished | Question | tuple[AnyTopic, HostileRecord]


@dataclass
class Stream:
    """What one stream sends, and what became of it."""

    name: str
    pace: float
    sending: Sequence[Sent]
    settled: list[Settled] = field(default_factory=list)
    results: dict[str, Result] = field(default_factory=dict)
    took_s: float = 0.0

    @property
    def questions(self) -> list[Question]:
        return [message for message in self.sending if isinstance(message, Question)]


def main() -> None:
    """Read the arguments and measure; takes about 25 minutes as it is."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=2_000)
    parser.add_argument("--questions", type=int, default=500)
    parser.add_argument("--share", type=float, default=0.2, help="of hostile records among all")
    parser.add_argument("--pace", type=float, default=4.0, help="good records in a second")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    os.environ |= {"TILTYARD_GENERATOR_BACKEND": "echo"}
    stage = build_stage("hostile")
    try:
        stage.start()
        stage.services.start()
        sys.stdout.write(json.dumps(measure(stage, options), indent=2) + "\n")
    finally:
        stage.stop()


def measure(stage: Stage, options: argparse.Namespace) -> dict[str, Any]:
    """The same stream alone and among hostile records, and what the audit says of everything."""
    draw = Random(options.seed)  # noqa: S311 (a measurement must come out the same)
    began = {status.name: status.pid for status in stage.services.status() if status.running}
    _send(stage, Stream("warm", options.pace, list(_good("warm", 40, 10))))
    alone = Stream("alone", options.pace, list(_good("alone", options.documents, options.questions)))
    _send(stage, alone)
    mixed = Stream("mixed", options.pace, list(_mixed(draw, options)))
    _send(stage, mixed)
    now = {status.name: status.pid for status in stage.services.status() if status.running}
    with closing(LiveAuditSource(stage.kafka, stage.cassandra)) as source:
        audit = accounting.audit(source).as_dict()
    return {
        "alone": _figures(alone),
        "among hostile records": _figures(mixed),
        "hostile records by topic": dict(Counter(sent[0].name for sent in mixed.sending if isinstance(sent, tuple))),
        "services that did not run through": sorted(name for name in began if began[name] != now.get(name)),
        "audit": {name: value for name, value in audit.items() if name != "evidence"},
    }


def _good(name: str, documents: int, questions: int) -> Iterator[DocumentPublished | Question]:
    """Documents, and from time to time a question for one of those before it."""
    every = max(documents // max(questions, 1), 1)
    asked = 0
    for number in range(documents):
        yield _document(name, number)
        if number % every == every - 1 and asked < questions:
            about = max(number - BEHIND, 0)
            yield Question(
                question_id=f"{name}-{asked}", text=f"Who asked for a berth for the boat {_word(name, about)}?"
            )
            asked += 1


def _document(name: str, number: int) -> DocumentPublished:
    boat = _word(name, number)
    text = f"The boat {boat} asked the harbour office for a berth. The office gave {boat} berth {number}. " * 3
    return DocumentPublished(document_id=f"{name}-{number}", title=f"A berth for {boat}", text=text)


def _word(name: str, number: int) -> str:
    """A word that no other document has."""
    digits = [ord(digit) - ord("0") for digit in f"{number:05d}"]
    return f"{name}{''.join('bdfgklmnrt'[digit] + 'aeiou'[place] for place, digit in enumerate(digits))}"


def _mixed(draw: Random, options: argparse.Namespace) -> Iterator[Sent]:
    """The good records in their order, with hostile ones strewn in."""
    strangers = [(topic, Stranger(topic, messages(topic), draw)) for topic in PUBLIC]
    for message in _good("mixed", options.documents, options.questions):
        while draw.random() < options.share:
            topic, stranger = draw.choice(strangers)
            yield topic, stranger.record()
        yield message


def _send(stage: Stage, stream: Stream) -> None:
    """Send at the stream's pace, and wait until every good record has become something."""
    publisher = Publisher(stage.kafka, "good", CassandraDispositions(connect(stage.cassandra)))
    stranger = Publisher(stage.kafka, "stranger")
    listener = Listener(stage.kafka, from_end=True)
    began, good = time.monotonic(), 0
    for sent in stream.sending:
        if isinstance(sent, tuple):
            topic, record = sent
            stranger.send_bytes(topic.name, record.key, record.value, record.headers)
            continue
        time.sleep(max(0.0, began + good / stream.pace - time.monotonic()))
        publisher.publish(topology.DOCUMENTS if isinstance(sent, DocumentPublished) else topology.QUESTIONS, [sent])
        stream.settled += publisher.settled()
        good += 1
    stream.took_s = time.monotonic() - began
    stream.settled += publisher.wait(WITHIN_S)
    stream.results = listener.results([question.question_id for question in stream.questions], WITHIN_S)
    for opened in (publisher, stranger, listener):
        opened.close()


def _figures(stream: Stream) -> dict[str, Any]:
    fresh = [done.freshness_ms for done in stream.settled if done.freshness_ms is not None]
    hit = [question.question_id for question in stream.questions if _hit(stream, question)]
    answered = [result for result in stream.results.values() if not result.missing and not _failed(result)]
    return {
        "documents": dict(Counter(done.fate for done in stream.settled)),
        "freshness_ms": percentiles(fresh).model_dump(),
        "questions": len(stream.questions),
        "results": len(stream.results),
        "without a missing or failed arm, but for those that have no adapter": len(answered),
        "whose document was among the evidence": len(hit),
        "seconds": round(stream.took_s),
    }


def _failed(result: Result) -> list[str]:
    """Arms that failed for another reason than that nobody has tuned."""
    failures = {arm: scored.answer.failure for arm, scored in result.answers.items()}
    return [arm for arm, failure in failures.items() if failure and "no adapter" not in failure]


def _hit(stream: Stream, question: Question) -> bool:
    """Whether the document with the question's word was given to the model."""
    result = stream.results.get(question.question_id)
    boat = question.text.rstrip("?").rsplit(" ", 1)[1]
    titles = result.answers["base+rag"].answer.evidence_titles if result else ()
    return f"A berth for {boat}" in titles


if __name__ == "__main__":
    main()
