"""Multiple choice by probability: whether the choice that the model finds likeliest is the right one.

Accuracy by log-probability per token, so that a long choice is not unlikely for its length alone: `acc_norm` of the
LM Evaluation Harness (Gao et al. 2021), there by bytes. It is there where the backend weighed the choices
(`TILTYARD_GENERATOR_CHOICES=likelihood`) and nowhere else: an answer that failed has no probabilities, so read
`failed` beside it.
"""

from shared.messages import Answer, Question
from shared.scoring.choices import VERSION, Choices
from shared.scoring.measure import Measure, Metric
from shared.settings import EncoderSettings

MEASURE = Measure("choice by likelihood", version=f"1:per-token:{VERSION}", counted=True)


def score(question: Question, answer: Answer) -> float | None:
    """1.0 where only right choices have the highest probability, else 0.0.

    None where no probabilities came with the answer, or no reference names a single choice.
    """
    weighed = answer.choice_log_probabilities
    right = _right(question)
    if not weighed or not right:
        return None
    if answer.status != "answered":
        return 0.0
    highest = max(weighed.values())
    return float({choice for choice, value in weighed.items() if value == highest} <= right)


def _right(question: Question) -> set[str]:
    choices = Choices(question.choices)
    named = [choices.named(reference) for reference in question.references or ()]
    return {question.choices[place] for places in named if len(places) == 1 for place in places}


def build(_: EncoderSettings) -> Metric:
    return Metric(MEASURE.version, score)
