"""Exact match as SQuAD counts it (Rajpurkar et al. 2016, evaluate-v1.1.py): articles do not matter."""

from services.scorer.metric import Metric, best_short
from shared.messages import Answer, Question
from shared.normalise import squad
from shared.settings import EncoderSettings

VERSION = "1"


def score(question: Question, answer: Answer) -> float | None:
    """1.0 where the answer equals a reference, else 0.0; None without references and for a summary."""
    return best_short(question, answer, lambda ours, theirs: float(squad(ours) == squad(theirs)))


def build(_: EncoderSettings) -> Metric:
    return Metric(VERSION, score)
