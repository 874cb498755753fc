"""The number to compare arms by: whether a careful person would call the answer right, on questions with an answer.

Our own definition; `shared/scoring/reading.py` says how an answer is read. An unanswerable question has no right
answer: `rightly_abstained` counts those.
"""

from shared.messages import Answer, Question
from shared.scoring.bounds import BOUND
from shared.scoring.measure import Measure, Metric, Shown
from shared.scoring.reading import VERSION, read
from shared.settings import EncoderSettings

MEASURE = Measure(
    "right",
    version=f"1:reading-{VERSION}:{BOUND}",
    counted=True,
    shown=Shown(10, live=True, design=True, does="is right"),
)


def score(question: Question, answer: Answer) -> float | None:
    """1.0 where an accepted answer is asserted, else 0.0; None without accepted answers and for a summary."""
    reading = read(question, answer)
    return None if reading is None else reading.value


def build(_: EncoderSettings) -> Metric:
    return Metric(MEASURE.version, score)
