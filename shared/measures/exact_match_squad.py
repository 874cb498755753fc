"""Exact match as SQuAD counts it (Rajpurkar et al. 2016, evaluate-v1.1.py): articles do not matter."""

from shared.messages import Answer, Question
from shared.normalise import squad
from shared.scoring.measure import Measure, Metric, best_short
from shared.settings import EncoderSettings

MEASURE = Measure("exact match (SQuAD)", version="1", counted=True)


def score(question: Question, answer: Answer) -> float | None:
    """1.0 where the answer equals a reference, else 0.0; None without references and for a summary."""
    return best_short(question, answer, lambda ours, theirs: float(squad(ours) == squad(theirs)))


def build(_: EncoderSettings) -> Metric:
    return Metric(MEASURE.version, score)
