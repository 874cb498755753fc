"""How near the answer's meaning is to a reference: cosine of the encoder's vectors (Reimers and Gurevych 2019).

A negative cosine says no more than "unrelated" and counts as 0. Nearness is not truth: "in May" is near "in June".
The encoder reads its own number of tokens, of the opening that `shared/scoring/bounds.py` leaves.
"""

from shared.messages import Answer, Question
from shared.scoring import vectors
from shared.scoring.bounds import BOUND, opening
from shared.scoring.measure import Measure, Metric, best
from shared.settings import EncoderSettings

MEASURE = Measure("similarity", version="2")


def build(settings: EncoderSettings) -> Metric:
    """The metric for the encoder of the settings; its name is part of the version."""
    known = vectors.for_encoder(settings)

    def compare(ours: str, theirs: str) -> float:
        return known.cosine(ours, theirs) if ours.strip() else 0.0

    def score(asked: Question, answered: Answer) -> float | None:
        """Cosine with the nearest reference, in [0, 1]; None without references."""
        question, answer = opening(asked, answered)
        if question.references and answer.status == "answered":
            known.of([answer.text, *question.references])
        return best(question, answer, compare)

    return Metric(f"{MEASURE.version}:{BOUND}:{known.encoder.name}", score)
