"""Whether the arm kept silent where there is an answer: the price of being careful. Our own definition."""

from shared import abstaining
from shared.messages import Answer, Question
from shared.scoring.measure import Measure, Metric, Shown
from shared.settings import EncoderSettings

MEASURE = Measure(
    "wrongly abstained",
    version=f"1:{abstaining.VERSION}",
    better="lower",
    counted=True,
    shown=Shown(62, short="wrongly abst.", live=True),
)


def score(question: Question, answer: Answer) -> float | None:
    """1.0 where the arm abstained, by its status or by what it says, else 0.0; None but for answerable questions."""
    if not question.references:
        return None
    return float(abstaining.declined(answer))


def build(_: EncoderSettings) -> Metric:
    return Metric(MEASURE.version, score)
