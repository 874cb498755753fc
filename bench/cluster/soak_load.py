"""The steady load of a soak: stories that are told, revised and taken back, questions about them, votes and references.

The stories are a fixed set, told once each and then drawn again and again, so that what services keep by story is full
after `STORIES` seconds and grows no more.
"""

import random
import re
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache

from services.console.demo import newswire
from shared import topology
from shared.kafka.sink import Delivery, DeliveryError, publish
from shared.kafka.topics import Follower
from shared.lab.freshness import IN_ALL, journeys
from shared.messages import DocumentPublished, Question, References, Result, Vote
from shared.records import understood
from shared.settings import KafkaSettings

STORIES, RETRACTED = 100, 0.15
QUESTION_EVERY, VOTE_EVERY, REFERENCES_EVERY = 2, 5, 10
"""Documents to a question, results to a vote, results to references that come late."""
DEADLINE_S, SENTENCES, WORDS = 120.0, 5, 15
ARMS = ("base", "base+rag")


@dataclass
class Stories:
    """What is told of each story, drawn from a seed: `berths` of those that stand, None of those taken back."""

    draw: random.Random
    berths: dict[int, int | None] = field(default_factory=dict)
    changes: int = 0

    def change(self) -> DocumentPublished:
        """The next news: a new story while there are any, then a change of one, or that it is taken back."""
        self.changes += 1
        number = len(self.berths) if len(self.berths) < STORIES else self.draw.randrange(STORIES)
        if self.berths.get(number) is not None and self.draw.random() < RETRACTED:
            self.berths[number] = None
            return DocumentPublished(document_id=_name(number), op="retract")
        berth = self.berths[number] = 1_000 + self.changes
        return DocumentPublished(
            document_id=_name(number), title=f"Boat {number}", source="soak", text=self._text(number, berth)
        )

    def question(self, count: int) -> Question:
        """About any story; where it was taken back, abstaining is right."""
        number = self.draw.randrange(len(self.berths))
        berth = self.berths[number]
        return Question(
            question_id=f"soak-{count}", text=f"At which berth does boat {number} lie?", deadline_s=DEADLINE_S,
            references=(str(berth),) if berth else (), slice="stands" if berth else "taken back",
            gold_document_ids=(_name(number),) if berth else (),
        )  # fmt: skip

    def _text(self, number: int, berth: int) -> str:
        said = (" ".join(self.draw.choices(_vocabulary(), k=WORDS)) for _ in range(SENTENCES))
        return f"Boat {number} lies at berth {berth}. " + " ".join(f"{words.capitalize()}." for words in said)


class Load:
    """One producer, and what comes of what it sent. `sent`: records by topic; `answered`: questions with a result;
    `late`: how often the broker did not take records in time."""

    def __init__(self, kafka: KafkaSettings, seed: int = 1) -> None:
        self._delivery = Delivery(kafka, "bench-soak")
        self._stories, self._lock = Stories(random.Random(seed)), threading.Lock()  # noqa: S311
        self._announced, self._results = (
            Follower(kafka, topic.name) for topic in (topology.INDEXED, topology.RESULTS)
        )  # fmt: skip
        self.sent: Counter[str] = Counter()
        self.late = 0
        self.answered: set[str] = set()
        self._fresh_ms: list[float] = []

    def run(self, per_second: float, goes_on: Callable[[], bool]) -> None:
        """Send on schedule while it goes on; what is late because the machine was busy is sent at once."""
        begun, turn = time.monotonic(), 0
        while goes_on():
            turn += 1
            self._send(topology.DOCUMENTS, self._stories.change())
            if turn % QUESTION_EVERY == 0:
                self._send(topology.QUESTIONS, self._stories.question(turn))
            self.hear()
            self._flush()
            time.sleep(max(0.0, begun + turn / per_second - time.monotonic()))

    def hear(self) -> None:
        """Take in what was announced and what was answered since; results bring votes and references."""
        while record := self._announced.poll(0.0):
            with self._lock:
                self._fresh_ms += [journey.took_ms[IN_ALL] for journey in journeys([record])]
        while record := self._results.poll(0.0):
            for _, result in understood(Result, [record]):
                self._answered(result.question)

    def fresh_ms(self) -> list[float]:
        """Of the documents that were announced since this was asked last."""
        with self._lock:
            told, self._fresh_ms = self._fresh_ms, []
        return [round(ms, 1) for ms in told]

    @property
    def open_questions(self) -> int:
        return self.sent[topology.QUESTIONS.name] - len(self.answered)

    def close(self) -> None:
        self._delivery.flush()
        self._announced.close()
        self._results.close()

    def _flush(self) -> None:
        """What the broker has not taken in time is sent again by the client."""
        try:
            self._delivery.flush()
        except DeliveryError:
            self.late += 1

    def _answered(self, question: Question) -> None:
        name = question.question_id
        if name in self.answered:
            return
        self.answered.add(name)
        if len(self.answered) % VOTE_EVERY == 0:
            voter = f"voter-{len(self.answered) % 20}"
            self._send(topology.VOTES, Vote(question_id=name, arm_a=ARMS[0], arm_b=ARMS[1], choice="b", voter=voter))
        if len(self.answered) % REFERENCES_EVERY == 0:
            accepted = References(
                question_id=name, given_by="soak", references=question.references or (),
                gold_document_ids=question.gold_document_ids,
            )  # fmt: skip
            self._send(topology.REFERENCES, accepted)

    def _send(self, topic: topology.AnyTopic, message: DocumentPublished | Question | Vote | References) -> None:
        publish(self._delivery, topic, message)
        self.sent[topic.name] += 1


def _name(number: int) -> str:
    return f"boat-{number}"


@cache
def _vocabulary() -> list[str]:
    stories = newswire.load(newswire.SAMPLE).edition1
    return sorted({word for story in stories for word in re.findall(r"[a-z]{3,}", story.text)})
