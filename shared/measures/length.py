"""Whether the answer keeps within the words that were asked for. Our own definition.

Words are separated by white space, so that scripts without spaces cannot be asked for a length in words.
"""

from shared.messages import Answer, Question
from shared.scoring.measure import Measure, Metric
from shared.settings import EncoderSettings

MEASURE = Measure("asked length", version="1")


def score(question: Question, answer: Answer) -> float | None:
    """1.0 for an answer of one word up to the asked number, else 0.0; None where no length was asked for.

    An answer that was not given keeps no form and scores 0.
    """
    if question.form is None or question.form.max_words is None:
        return None
    words = len(answer.text.split()) if answer.status == "answered" else 0
    return float(1 <= words <= question.form.max_words)


def build(_: EncoderSettings) -> Metric:
    return Metric(MEASURE.version, score)
