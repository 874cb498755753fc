"""Whether the arm gave yesterday's answer: what later news made wrong. Lower is better.

Our own definition, after the stale answers that RealTime QA (Kasai et al. 2022) describes. Of the answer, of the
references together and of the outdated answer the first 4,000 characters are read.
"""

from shared.messages import Answer, Question
from shared.normalise import VERSION, occurs
from shared.scoring.bounds import BOUND, LONGEST, opening
from shared.scoring.measure import Measure, Metric, Shown
from shared.settings import EncoderSettings

MEASURE = Measure(
    "outdated",
    version=f"2:words-{VERSION}:{BOUND}",
    better="lower",
    counted=True,
    shown=Shown(65, short="outd.", does="says what later news had made wrong"),
)


def score(asked: Question, answered: Answer) -> float | None:
    """1.0 where the outdated answer's words stand in the answer and no reference's do, else 0.0.

    None where the question names no outdated answer.
    """
    question, answer = opening(asked, answered)
    if question.outdated is None:
        return None
    if answer.status != "answered" or not occurs(question.outdated[:LONGEST], answer.text):
        return 0.0
    return float(not any(occurs(reference, answer.text) for reference in question.references or ()))


def build(_: EncoderSettings) -> Metric:
    return Metric(MEASURE.version, score)
