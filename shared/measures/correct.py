"""What arms were compared by before `right`: `contains` where there is an answer, abstaining where there is none.

Our own definition, counted on so that older results can be told beside newer ones.
"""

from shared.measures import contains
from shared.messages import Answer, Question
from shared.scoring.measure import Measure, Metric, Shown
from shared.settings import EncoderSettings

MEASURE = Measure(
    "correct",
    version=f"1:contains-{contains.MEASURE.version}",
    counted=True,
    shown=Shown(50, short="corr.", aside=True),
)


def score(question: Question, answer: Answer) -> float | None:
    """`contains` with references; 1.0 for abstaining, else 0.0, where they are empty; None where they are absent,
    and for a summary with references."""
    if question.references == ():
        return float(answer.status == "abstained")
    return contains.score(question, answer)


def build(_: EncoderSettings) -> Metric:
    return Metric(MEASURE.version, score)
