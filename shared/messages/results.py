"""Scored results and the standings counted from them."""

from pydantic import Field

from shared.messages.feedback import PairVotes, ReferencesSource
from shared.messages.questions import Answer, Question
from shared.messages.schema import Message, Moment


class ScoredAnswer(Message):
    """An answer with its scores, and how long the questioner waited for it."""

    answer: Answer
    latency_ms: float
    scores: dict[str, float] = Field(default={}, description="metric name -> value; absent where it does not apply")


class Result(Message):
    """One question with all its answers and their scores."""

    question: Question
    asked_at: Moment
    scored_at: Moment
    answers: dict[str, ScoredAnswer] = Field(description="arm -> what it said")
    missing: tuple[str, ...] = Field(default=(), description="arms that had not answered by the deadline")
    unanswered: dict[str, float] = Field(default={}, description="metric -> what an arm that did not answer scores")
    metric_versions: dict[str, str]
    result_version: int = Field(default=1, description="goes up with each publication; the highest one stands")
    references_from: ReferencesSource | None = Field(
        default=None, description="who gave the references apart from the question; absent: nobody did"
    )
    votes: tuple[PairVotes, ...] = Field(default=(), description="by pair of arms, sorted")


class Estimate(Message):
    """A mean over n questions with its 95 % interval (see the scorer's standings for the method)."""

    n: int
    mean: float
    ci95: tuple[float, float]


class Standing(Message):
    """The aggregates of every arm on one slice; slice `all` covers every question."""

    slice: str
    arms: dict[str, dict[str, Estimate]] = Field(description="arm -> metric -> estimate")
    metric_versions: dict[str, str]
    counted_at: Moment
