"""Whether the arm gave yesterday's answer: what later news made wrong. Lower is better.

Our own definition, after the stale answers that RealTime QA (Kasai et al. 2022) describes. Of the answer, of the
references together and of the outdated answer the first 4,000 characters are read, as `right` reads them.
"""

from shared.messages import Answer, Question
from shared.scoring.bounds import BOUND, LONGEST, opening
from shared.scoring.measure import Measure, Metric, Shown
from shared.scoring.reading import VERSION, asserts
from shared.settings import EncoderSettings

MEASURE = Measure(
    "outdated",
    version=f"3:reading-{VERSION}:{BOUND}",
    better="lower",
    counted=True,
    shown=Shown(65, short="outd.", does="says what later news had made wrong"),
)


def score(asked: Question, answered: Answer) -> float | None:
    """1.0 where the outdated answer is asserted and no accepted one is, else 0.0: "Y, not X" is, where X is right.

    None where the question names no outdated answer.
    """
    question, answer = opening(asked, answered)
    if question.outdated is None:
        return None
    if answer.status != "answered" or not asserts(answer.text, (question.outdated[:LONGEST],), question.text).value:
        return 0.0
    return float(not (question.references and asserts(answer.text, question.references, question.text).value))


def build(_: EncoderSettings) -> Metric:
    return Metric(MEASURE.version, score)
