"""Questions, answers, results, documents and standings as services publish them, for pages to show."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TypeVar
from uuid import uuid4

from shared import topology
from shared.contests.files import shipped
from shared.kafka.sink import Delivery, publish
from shared.messages import DocumentIndexed, Estimate, Question, Result, ScoredAnswer, Standing
from shared.messages.schema import Message
from shared.settings import KafkaSettings
from shared.topology import AnyTopic
from tests.builders import a_document, a_question, an_answer

ARMS = shipped().arm_names
PASSAGES = 5
M = TypeVar("M", bound=Message)
WORDS = "The ferry to the island of Brask takes 48 minutes since Monday, as the council of Fallowby has decided. "


@dataclass
class Flow:
    """One producer. `sent`: text of an answer -> seconds since 1970, just before it was handed over."""

    kafka: KafkaSettings
    sent: dict[str, float] = field(default_factory=dict)
    count: int = 0

    def __post_init__(self) -> None:
        self._delivery = Delivery(self.kafka, "bench-pages")

    def ask(self, **changes: object) -> Question:
        """Publish a question."""
        text = f"How long does ferry {self.count} take?"
        question = a_question(question_id=f"bench-{uuid4()}", text=text, **changes)
        self.count += 1
        return self.send(topology.QUESTIONS, question)

    def answer(self, question: Question, arm: str) -> str:
        """Publish an answer with passages; its text occurs nowhere else."""
        text = f"answer {question.question_id} {arm}"
        names = tuple(f"ferry-{self.count}:1:{at}" for at in range(PASSAGES))
        answer = an_answer(
            question_id=question.question_id, arm=arm, text=text, evidence=names, evidence_titles=("Ferry",) * PASSAGES,
            evidence_texts=(WORDS * 5,) * PASSAGES,
        )  # fmt: skip
        self.sent[text] = time.time()
        self.send(topology.ANSWERS, answer)
        return text

    def result(self, question: Question) -> None:
        """Publish a result of all arms, without the passages' words."""
        now = datetime.now(UTC)
        name, answers = question.question_id, dict[str, ScoredAnswer]()
        for arm in ARMS:
            answer = an_answer(question_id=name, arm=arm, text=f"answer {name} {arm}")
            answers[arm] = ScoredAnswer(answer=answer, latency_ms=1_000.0, scores={"right": 1.0})
        self.send(
            topology.RESULTS,
            Result(question=question, asked_at=now, scored_at=now, answers=answers, metric_versions={"right": "1"},
                   contest=shipped().taken),
        )  # fmt: skip

    def document(self) -> None:
        """Publish a document, and announce it."""
        document, now = a_document(document_id=f"bench-{uuid4()}"), datetime.now(UTC)
        self.send(topology.DOCUMENTS, document)
        self.send(
            topology.INDEXED,
            DocumentIndexed(
                document_id=document.document_id, revision=1, first_seen_at=now, published_at=now, appended_at=now,
                ingested_at=now, stored_at=now, content_hash="c", chunk_count=1, encoder="bench", source="bench",
            ),
        )  # fmt: skip

    def standing(self) -> None:
        """Publish one of all questions."""
        arms: Mapping[str, dict[str, Estimate]] = {
            arm: {"right": Estimate(n=self.count, mean=0.5, ci95=(0.4, 0.6), interval="clustered_confidence_sequence")}
            for arm in ARMS
        }
        self.send(
            topology.STANDINGS,
            Standing(slice="all", contest=shipped().taken, arms=dict(arms), metric_versions={"right": "1"},
                     counted_at=datetime.now(UTC)),
        )  # fmt: skip

    def whole(self) -> None:
        """A question with all that comes of it, and a document, at once."""
        question = self.ask()
        for arm in ARMS:
            self.answer(question, arm)
        self.result(question)
        self.document()

    def flush(self) -> None:
        """Wait until the broker has all."""
        self._delivery.flush()

    def send(self, topic: AnyTopic, message: M) -> M:
        """Hand any message over."""
        publish(self._delivery, topic, message)
        return message
