"""Whether the arm said that it does not know. Our own definition: the answer's status, not its wording."""

from services.scorer.metric import Metric
from shared.messages import Answer, Question
from shared.settings import EncoderSettings

VERSION = "1"


def score(_: Question, answer: Answer) -> float | None:
    """1.0 where the arm abstained, else 0.0; applies to every question."""
    return float(answer.status == "abstained")


def build(_: EncoderSettings) -> Metric:
    return Metric(VERSION, score)
