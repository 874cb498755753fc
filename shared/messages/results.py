"""Scored results and the standings counted from them."""

from typing import Annotated, Literal

from pydantic import Field

from shared.messages.answers import Answer
from shared.messages.contests import MOST_ARMS, ContestTaken
from shared.messages.feedback import PairVotes, ReferencesSource
from shared.messages.questions import Question
from shared.messages.schema import MOST_WHOLE, Label, Message, Moment
from shared.messages.verdicts import VerdictsTaken

MOST_METRICS = 100


class ScoredAnswer(Message):
    """An answer with its scores, and how long the questioner waited for it."""

    answer: Answer
    latency_ms: float
    scores: dict[Label, float] = Field(
        default={}, max_length=MOST_METRICS, description="metric name -> value; absent where it does not apply"
    )


class Result(Message):
    """One question with all its answers and their scores."""

    question: Question
    asked_at: Moment
    scored_at: Moment
    answers: dict[str, ScoredAnswer] = Field(max_length=MOST_ARMS, description="arm -> what it said")
    missing: tuple[str, ...] = Field(
        default=(), max_length=MOST_ARMS, description="arms that had not answered by the deadline"
    )
    unanswered: dict[Label, float] = Field(
        default={}, max_length=MOST_METRICS, description="metric -> what an arm that did not answer scores"
    )
    metric_versions: dict[str, str]
    contest: ContestTaken | None = Field(
        default=None, description="that the question belongs to; absent: from before there were contests"
    )
    result_version: int = Field(
        default=1, ge=1, le=MOST_WHOLE, description="goes up with each publication; the highest one stands"
    )
    references_from: ReferencesSource | None = Field(
        default=None, description="who gave the references apart from the question; absent: nobody did"
    )
    votes: tuple[PairVotes, ...] = Field(default=(), description="by pair of arms, sorted")
    verdicts: tuple[VerdictsTaken, ...] = Field(default=(), description="of language models as judges, by judge's name")
    labels: tuple[str, ...] = Field(
        default=(),
        description="of the documents that answers were made from: their texts are for readers who may be shown those; "
        "empty: for everyone",
    )
    withheld: bool = Field(default=False, description="true: those answers' texts were left out")


IntervalKind = Literal["fixed_size", "confidence_sequence", "clustered_confidence_sequence"]
_KIND = (
    "what ci95 is. `clustered_confidence_sequence`: it holds at all times together, however often one looks, also "
    "where several questions are about one document; `confidence_sequence`: only where no two are; `fixed_size`: only "
    "for a sample whose size was fixed beforehand"
)


class Estimate(Message):
    """A mean over n questions with its 95 % interval."""

    n: int
    mean: float
    ci95: tuple[float, float]
    interval: IntervalKind = Field(default="fixed_size", description=_KIND)
    effective_n: float | None = Field(
        default=None,
        description="Kish's: how many independent questions the n are worth, since those about one document may be "
        "alike; absent: not counted",
    )


class Difference(Message):
    """Arm a minus arm b: the mean over documents of what their questions differ by on average, with its interval."""

    metric: str
    a: str
    b: str
    n: int = Field(description="questions that both have")
    clusters: int | None = Field(
        default=None,
        description="documents that they are about, or groups of documents that questions share; each counts once, "
        "with the mean of its questions, in `mean` and `ci95`; absent: each question counts",
    )
    mean: float
    over_questions: float | None = Field(default=None, description="the mean over the n questions, where `mean` is not")
    ci95: tuple[float, float] = Field(description="the intervals of all pairs of one standing hold together, in 95 %")
    interval: IntervalKind = Field(default="fixed_size", description=_KIND)
    better: str | None = Field(
        default=None,
        description="the arm that is better; absent while it is undecided, also where documents say one thing and "
        "questions the other",
    )


class Standing(Message):
    """The aggregates of every arm on one slice; slice `all` covers every question."""

    slice: str
    contest: ContestTaken | None = Field(default=None, description="whose results are counted, and no others")
    arms: dict[str, Annotated[dict[str, Estimate], Field(max_length=MOST_METRICS)]] = Field(
        max_length=MOST_ARMS, description="arm -> metric -> estimate"
    )
    differences: tuple[Difference, ...] = Field(default=(), description="every pair of arms by what ranks them")
    metric_versions: dict[str, str]
    counted_at: Moment

    @property
    def key(self) -> str:
        """Of its record: contests never share a standing."""
        return f"{self.contest.label}/{self.slice}" if self.contest else self.slice
