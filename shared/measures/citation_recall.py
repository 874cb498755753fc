"""How many of the gold documents the answer cites, also of those that retrieval did not find.

After ALCE (Gao et al. 2023), which asks a model whether the citations support each sentence; here the question's gold
documents decide, for the answer as a whole, and `shared/scoring/gold.py` says what counts.
"""

from shared.messages import Answer, Question
from shared.scoring import gold
from shared.scoring.measure import Measure, Metric
from shared.settings import EncoderSettings

MEASURE = Measure("citation recall", version="1:by-gold-document", evidence="ids")


def score(question: Question, answer: Answer) -> float | None:
    """Share of the gold documents with a cited chunk, in [0, 1].

    None without gold documents or evidence, where no answer was given, and where JSON was asked for, which has no
    place for citations.
    """
    return gold.share_found(question, answer.citations) if gold.could_cite(question, answer) else None


def build(_: EncoderSettings) -> Metric:
    return Metric(MEASURE.version, score)
