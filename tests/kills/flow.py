"""A steady flow of questions with their answers, references and votes, written as strangers write: plain JSON."""

import json
import random
import threading
import time
from datetime import UTC, datetime
from typing import Any, Self

from confluent_kafka import Producer

from tests.kills.oracle import ANSWERS, QUESTIONS, REFERENCES, VOTES

ARMS = ("base", "base+rag", "tuned", "tuned+rag")
WITH_REFERENCES, WITH_VOTES = 0.2, 0.2
LONGEST_THOUGHT_S = 0.6


class Flow:
    """Asks `per_second` questions until it is closed. `answers`: answers them too, as four arms would."""

    def __init__(self, servers: str, seed: int, *, per_second: float, answers: bool) -> None:
        self._producer = Producer(
            {"bootstrap.servers": servers, "partitioner": "murmur2_random", "linger.ms": 0, "enable.idempotence": True}
        )
        self._random = random.Random(seed)  # noqa: S311 (not for secrets)
        self._pause_s = 1 / per_second
        self._answers = answers
        self._prefix = f"flow-{seed}-{time.time_ns()}"
        self._later: list[tuple[float, str, str, dict[str, Any]]] = []
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="flow", daemon=True)
        self.asked = 0

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Send what is still owed to the questions that were asked."""
        self._stopping.set()
        self._thread.join()
        for owed in sorted(self._later, key=lambda owed: owed[0]):
            self._send(*owed[1:])
        left = self._producer.flush(30)
        assert left == 0, f"{left} records of the flow were not taken"

    def _run(self) -> None:
        next_question = time.monotonic()
        while not self._stopping.wait(0.005):
            now = time.monotonic()
            if now >= next_question:
                next_question += self._pause_s * self._random.uniform(0.2, 1.8)
                self._ask(now)
            for owed in [owed for owed in self._later if owed[0] <= now]:
                self._later.remove(owed)
                self._send(*owed[1:])
            self._producer.poll(0)

    def _ask(self, now: float) -> None:
        self.asked += 1
        question_id = f"{self._prefix}-{self.asked}"
        self._send(QUESTIONS, question_id, {
            "question_id": question_id, "text": f"Which is number {self.asked}?", "references": ["one"],
            "deadline_s": 3600,
        })  # fmt: skip
        if not self._answers:
            return
        for arm in ARMS:
            self._owe(now, ANSWERS, question_id, {
                "question_id": question_id, "arm": arm, "status": "answered", "text": f"{arm} says {self.asked}",
                "model": "flow", "backend": "flow", "prompt_version": "1", "asked_at": datetime.now(UTC).isoformat(),
            })  # fmt: skip
        if self._random.random() < WITH_REFERENCES:
            given = {"question_id": question_id, "references": ["two"], "given_by": "flow"}
            self._owe(now, REFERENCES, question_id, given)
        if self._random.random() < WITH_VOTES:
            vote = {"question_id": question_id, "arm_a": "base", "arm_b": "tuned", "choice": "a", "voter": "flow"}
            self._owe(now, VOTES, question_id, vote)

    def _owe(self, now: float, topic: str, question_id: str, value: dict[str, Any]) -> None:
        self._later.append((now + self._random.uniform(0, LONGEST_THOUGHT_S), topic, question_id, value))

    def _send(self, topic: str, question_id: str, value: dict[str, Any]) -> None:
        self._producer.produce(topic, key=question_id.encode(), value=json.dumps(value).encode())
