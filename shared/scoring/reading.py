"""What an answer says, as a careful person would read it against the accepted answers, and by which rule.

The first version: an accepted answer's words, unless the answer abstains.
"""

from dataclasses import dataclass

from shared.abstaining import abstains
from shared.messages import Answer, Question
from shared.normalise import occurs
from shared.scoring.bounds import opening

VERSION = "0"


@dataclass(frozen=True)
class Reading:
    """Whether an answer is right (1.0) or not (0.0), the rule that says so, and whether a person should look again."""

    value: float
    rule: str
    doubtful: bool = False


def read(asked: Question, answered: Answer) -> Reading | None:
    """How the answer reads; None without accepted answers and for a summary, whose references are whole texts."""
    if not asked.references or asked.kind == "summarisation":
        return None
    question, answer = opening(asked, answered)
    if answer.status != "answered":
        return Reading(0.0, answer.status)
    if abstains(answer.text):
        return Reading(0.0, "abstained")
    right = any(occurs(reference, answer.text) for reference in question.references or ())
    return Reading(float(right), "words")
