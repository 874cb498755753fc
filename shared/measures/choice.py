"""Multiple choice by what was said: whether the answer names the right one of the question's choices, and no other.

Accuracy as RealTime QA and MMLU count it, with the choice read from the answer's text; it is not the choice with the
highest probability under the model, which needs log-probabilities. `shared/scoring/choosing.py` says what asserts one.
"""

from shared.messages import Answer, Question
from shared.scoring.bounds import BOUND, opening
from shared.scoring.choices import Choices
from shared.scoring.choosing import VERSION, chosen
from shared.scoring.measure import Measure, Metric
from shared.settings import EncoderSettings

MEASURE = Measure("choice", version=f"2:by-text:{VERSION}:{BOUND}", counted=True)


def score(asked: Question, answered: Answer) -> float | None:
    """1.0 where exactly one choice is asserted and a reference names it too, else 0.0.

    None without choices, and where no reference names a single one: there is no right choice then.
    """
    question, answer = opening(asked, answered)
    choices = Choices(question.choices)
    named = [choices.named(reference) for reference in question.references or ()]
    right = frozenset[int]().union(*(places for places in named if len(places) == 1))
    if not right:
        return None
    said = chosen(question.choices, answer.text) if answer.status == "answered" else frozenset[int]()
    return float(len(said) == 1 and said <= right)


def build(_: EncoderSettings) -> Metric:
    return Metric(MEASURE.version, score)
