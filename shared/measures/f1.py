"""F1 over words as RealTime QA counts it (Kasai et al. 2022): articles are words like others."""

from shared.messages import Answer, Question
from shared.normalise import realtimeqa
from shared.scoring.measure import Measure, Metric, Shown, best, token_f1
from shared.settings import EncoderSettings

MEASURE = Measure("F1", version="1", counted=True, shown=Shown(30, short="F1", live=True, aside=True, design=True))


def score(question: Question, answer: Answer) -> float | None:
    """F1 of the answer's words against the best reference, in [0, 1]; None without references."""
    return best(question, answer, lambda ours, theirs: token_f1(realtimeqa(ours), realtimeqa(theirs)))


def build(_: EncoderSettings) -> Metric:
    return Metric(MEASURE.version, score)
