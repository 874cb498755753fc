"""Answer relevance: how near the answer's meaning is to the question's, by the encoder, whether it is true or not.

After answer relevancy of RAGAS (Es et al. 2023), which has a model write questions that the answer would fit; here
the answer itself is compared, so that numbers of the two are not alike. An answer that repeats the question scores
high and a right name alone scores low: use it to find answers that miss the subject.
"""

from shared.messages import Answer, Question
from shared.scoring import vectors
from shared.scoring.bounds import BOUND, opening
from shared.scoring.measure import Measure, Metric
from shared.settings import EncoderSettings

MEASURE = Measure("relevance", version="1")


def build(settings: EncoderSettings) -> Metric:
    """The metric for the encoder of the settings; its name is part of the version."""
    known = vectors.for_encoder(settings)

    def score(asked: Question, answered: Answer) -> float | None:
        """Cosine of question and answer, in [0, 1]; 0.0 where no answer was given. Applies to every question."""
        question, answer = opening(asked, answered)
        if answer.status != "answered" or not answer.text.strip():
            return 0.0
        return known.cosine(question.text, answer.text)

    return Metric(f"{MEASURE.version}:{BOUND}:{known.encoder.name}", score)
