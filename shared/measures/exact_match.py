"""Exact match as RealTime QA counts it (Kasai et al. 2022): equal after normalisation, articles kept."""

from shared.messages import Answer, Question
from shared.normalise import realtimeqa
from shared.scoring.measure import Measure, Metric, Shown, best_short
from shared.settings import EncoderSettings

MEASURE = Measure("exact match", version="1", counted=True, shown=Shown(20, short="EM", design=True))


def score(question: Question, answer: Answer) -> float | None:
    """1.0 where the answer equals a reference, else 0.0; None without references and for a summary."""
    return best_short(question, answer, lambda ours, theirs: float(realtimeqa(ours) == realtimeqa(theirs)))


def build(_: EncoderSettings) -> Metric:
    return Metric(MEASURE.version, score)
