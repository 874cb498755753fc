"""Whether the arm said that it does not know. Our own definition: the answer's status, not its wording."""

from shared.messages import Answer, Question
from shared.scoring.measure import Measure, Metric, Shown
from shared.settings import EncoderSettings

MEASURE = Measure(
    "abstained", version="1", better="neither", counted=True, shown=Shown(60, short="abst.", live=True, aside=True)
)


def score(_: Question, answer: Answer) -> float | None:
    """1.0 where the arm abstained, else 0.0; applies to every question."""
    return float(answer.status == "abstained")


def build(_: EncoderSettings) -> Metric:
    return Metric(MEASURE.version, score)
