"""Whether answers about one fact fit its timeline: what it is now, and what it was on a day before it changed.

Asked both, an answerer can be right twice, be right once and silent or wrong otherwise, or contradict the timeline: say
for now what held then, or for then what holds now. Our own definition; what is right and what is old is read as the
measures `right` and `outdated` read it.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from shared.messages import Answer, Question
from shared.scoring.reading import asserts


@dataclass(frozen=True)
class NowAndThen:
    """The answers to one fact's two questions, `now` as of today and `then` as of a day on which another value held."""

    now: Question
    said_now: Answer
    then: Question
    said_then: Answer

    @property
    def both_right(self) -> bool:
        return _says(self.said_now, self.now, self.now) and _says(self.said_then, self.then, self.then)

    @property
    def contradicts(self) -> bool:
        """Whether one answer gives the other time's value, and not its own."""
        return self.past_for_now or self.now_for_past

    @property
    def past_for_now(self) -> bool:
        return _says(self.said_now, self.now, self.then) and not _says(self.said_now, self.now, self.now)

    @property
    def now_for_past(self) -> bool:
        return _says(self.said_then, self.then, self.now) and not _says(self.said_then, self.then, self.then)


@dataclass(frozen=True)
class Consistency:
    """Of so many facts, the shares of which both answers are right, and of which one contradicts the timeline."""

    n: int
    both_right: float
    contradicting: float
    past_for_now: float
    now_for_past: float


def measured(facts: Iterable[NowAndThen]) -> Consistency | None:
    """None without facts."""
    asked = list(facts)
    if not asked:
        return None
    n = len(asked)
    return Consistency(
        n,
        sum(fact.both_right for fact in asked) / n,
        sum(fact.contradicts for fact in asked) / n,
        sum(fact.past_for_now for fact in asked) / n,
        sum(fact.now_for_past for fact in asked) / n,
    )


def _says(answer: Answer, asked: Question, accepted_of: Question) -> bool:
    """Whether it asserts an accepted answer of this question or of the other one."""
    return answer.status == "answered" and bool(asserts(answer.text, accepted_of.references or (), asked.text).value)
