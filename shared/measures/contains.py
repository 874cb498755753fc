"""Whether a reference occurs in the answer: fair to models that answer in whole sentences.

Source: "accuracy" of open-domain question answering with generative models (Mallen et al. 2023, PopQA), here on
whole words of the opening that `shared/scoring/bounds.py` leaves. It rewards long answers; read it beside F1.
"""

from shared.messages import Answer, Question
from shared.normalise import VERSION, occurs
from shared.scoring.bounds import BOUND, opening
from shared.scoring.measure import Measure, Metric, Shown, best_short
from shared.settings import EncoderSettings

MEASURE = Measure(
    "contains", version=f"2:words-{VERSION}:{BOUND}", counted=True, shown=Shown(40, short="cont.", aside=True)
)


def score(question: Question, answer: Answer) -> float | None:
    """1.0 where a reference's words stand in the answer next to each other, else 0.0.

    None without references and for a summary.
    """
    return best_short(*opening(question, answer), lambda ours, theirs: float(occurs(theirs, ours)))


def build(_: EncoderSettings) -> Metric:
    return Metric(MEASURE.version, score)
