"""How many of the chunks that the answer cites are of gold documents.

After ALCE (Gao et al. 2023), which asks a model whether a citation supports its sentence; here the question's gold
documents decide, for the answer as a whole, and `shared/scoring/gold.py` says what counts.
"""

from shared.messages import Answer, Question
from shared.scoring import gold
from shared.scoring.measure import Measure, Metric
from shared.settings import EncoderSettings

MEASURE = Measure("citation precision", version="1:by-gold-document", evidence="ids", counted=True)


def score(question: Question, answer: Answer) -> float | None:
    """Share of the cited chunks that are of a gold document, in [0, 1]; 0.0 where an answer cites nothing.

    None without gold documents or evidence, where no answer was given, and where JSON was asked for, which has no
    place for citations.
    """
    if not gold.could_cite(question, answer):
        return None
    hits = gold.hits(question, answer.citations)
    return sum(hits) / len(hits) if hits else 0.0


def build(_: EncoderSettings) -> Metric:
    return Metric(MEASURE.version, score)
