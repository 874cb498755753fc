"""What a metric is, and what every metric that compares with references has in common."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from shared import plugins
from shared.messages import Answer, Question
from shared.settings import EncoderSettings

T = TypeVar("T")
Score = Callable[[Question, Answer], float | None]
Compare = Callable[[str, str], float]


@dataclass(frozen=True)
class Metric:
    """A score in [0, 1], or None where it does not apply, with the version that stands beside every number."""

    version: str
    score: Score


def load(names: Sequence[str], encoder: EncoderSettings) -> dict[str, Metric]:
    """Build the named metrics; raises ValueError for a name that is no file in services/scorer/metrics."""
    return {name: plugins.load("services.scorer.metrics", name)(encoder) for name in names}


def best(question: Question, answer: Answer, compare: Compare) -> float | None:
    """The best of `compare(answer, reference)` over the references.

    None where the question has none, or an empty list (abstaining is right). An answer that was not given scores 0.
    """
    if not question.references:
        return None
    if answer.status != "answered":
        return 0.0
    return max(compare(answer.text, reference) for reference in question.references)


def best_short(question: Question, answer: Answer, compare: Compare) -> float | None:
    """`best`, and None for a summary: its references are whole summaries, which no answer repeats word for word."""
    return None if question.kind == "summarisation" else best(question, answer, compare)


def best_share(
    question: Question, answer: Answer, parts: Callable[[str], Sequence[T]], has: Callable[[Sequence[T], T], bool]
) -> float | None:
    """Share of a reference's parts that the answer has, the best over the references with a part, in [0, 1].

    None where no reference has one. An answer that was not given scores 0.
    """
    wanted = [found for reference in question.references or () if (found := parts(reference))]
    if not wanted:
        return None
    if answer.status != "answered":
        return 0.0
    ours = parts(answer.text)
    return max(sum(has(ours, one) for one in theirs) / len(theirs) for theirs in wanted)


def token_f1(answer: str, reference: str) -> float:
    """F1 of two texts' bags of space-separated words, in [0, 1].

    Source: SQuAD (Rajpurkar et al. 2016), evaluate-v1.1.py.
    """
    ours, theirs = Counter(answer.split()), Counter(reference.split())
    shared = (ours & theirs).total()
    return 2 * shared / (ours.total() + theirs.total()) if shared else 0.0
