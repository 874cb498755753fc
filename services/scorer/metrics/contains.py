"""Whether a reference occurs in the answer: fair to models that answer in whole sentences.

Source: "accuracy" of open-domain question answering with generative models (Mallen et al. 2023, PopQA), here on
whole words of the opening that `services/scorer/bounds.py` leaves. It rewards long answers; read it beside F1.
"""

from services.scorer.bounds import BOUND, opening
from services.scorer.metric import Metric, best_short
from shared.messages import Answer, Question
from shared.normalise import occurs
from shared.settings import EncoderSettings

VERSION = f"2:{BOUND}"


def score(question: Question, answer: Answer) -> float | None:
    """1.0 where a reference's words stand in the answer next to each other, else 0.0.

    None without references and for a summary.
    """
    return best_short(*opening(question, answer), lambda ours, theirs: float(occurs(theirs, ours)))


def build(_: EncoderSettings) -> Metric:
    return Metric(VERSION, score)
