"""What a measure is: how it is described, what scores an answer by it, and what those that read references share."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar

from shared.messages import Answer, Question

T = TypeVar("T")
Score = Callable[[Question, Answer], float | None]
Compare = Callable[[str, str], float]


@dataclass(frozen=True)
class Shown:
    """How tables of arms show a measure: in the order of `place`, headed by `short` where there is little room.

    `short`: absent for the measure's own name. `live`: also in standings. `aside`: in reports alone, and not on the
    scoreboard. `design`: in the 2 x 2 table. `does`: what an arm does that scores 1, as in "`does` more often than";
    pairs of arms are compared by the measures that have it.
    """

    place: int
    short: str = ""
    live: bool = False
    aside: bool = False
    design: bool = False
    does: str = ""


@dataclass(frozen=True)
class Measure:
    """All that is said of a measure beside its name, which is its file's.

    `version`: of the definition; a metric may add a library, an encoder. `evidence`: what it reads of an answer's
    evidence, the passages' ids or their texts, which a result leaves out. `counted`: by every scorer that is not told
    otherwise. Standings count what lies in [0, 1].
    """

    heading: str
    version: str
    better: Literal["higher", "lower", "neither"] = "higher"
    range: tuple[float, float] = (0.0, 1.0)
    evidence: Literal["", "ids", "texts"] = ""
    counted: bool = False
    shown: Shown | None = None


@dataclass(frozen=True)
class Metric:
    """A score within the measure's range, or None where it does not apply, with the version beside every number."""

    version: str
    score: Score


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
    wanted = [theirs for reference in question.references or () if (theirs := parts(reference))]
    if not wanted:
        return None
    if answer.status != "answered":
        return 0.0
    ours = parts(answer.text)
    return max(sum(has(ours, part) for part in theirs) / len(theirs) for theirs in wanted)


def token_f1(answer: str, reference: str) -> float:
    """F1 of two texts' bags of space-separated words, in [0, 1].

    Source: SQuAD (Rajpurkar et al. 2016), evaluate-v1.1.py.
    """
    ours, theirs = Counter(answer.split()), Counter(reference.split())
    shared = (ours & theirs).total()
    return 2 * shared / (ours.total() + theirs.total()) if shared else 0.0
