"""Counting what arms said, once it is published: operators see abstentions, failures by kind, and tokens."""

from shared.messages import Answer
from shared.records import Effect
from shared.telemetry import metrics


class Counted:
    """A sink behind the one that publishes: an answer that was not published is not counted."""

    def __init__(self) -> None:
        self._waiting: list[Answer] = []

    def write(self, effect: Effect[Answer]) -> None:
        self._waiting.append(effect.outcome)

    def flush(self) -> None:
        for answer in self._waiting:
            metrics.ANSWERS.of(answer.arm, answer.status).inc()
            metrics.TOKENS.of(answer.arm, "prompt").inc(answer.prompt_tokens)
            metrics.TOKENS.of(answer.arm, "completion").inc(answer.completion_tokens)
            if answer.status == "failed":
                metrics.FAILURES.of(answer.arm, answer.failure_kind or "").inc()
        self._waiting.clear()
