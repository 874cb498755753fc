"""F1 over words as SQuAD counts it (Rajpurkar et al. 2016, evaluate-v1.1.py): articles do not matter."""

from shared.messages import Answer, Question
from shared.normalise import squad
from shared.scoring.measure import Measure, Metric, best, token_f1
from shared.settings import EncoderSettings

MEASURE = Measure("F1 (SQuAD)", version="1", counted=True)


def score(question: Question, answer: Answer) -> float | None:
    """F1 of the answer's words against the best reference, in [0, 1]; None without references."""
    return best(question, answer, lambda ours, theirs: token_f1(squad(ours), squad(theirs)))


def build(_: EncoderSettings) -> Metric:
    return Metric(MEASURE.version, score)
