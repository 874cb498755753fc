"""How far up in the prompt the chunks of gold documents stand: average precision of the evidence.

Source: context precision of RAGAS (Es et al. 2023), the mean of precision@k over the places k of relevant chunks;
there a model says what is relevant, here the question's gold documents do (see `shared/scoring/gold.py`).
"""

from shared.messages import Answer, Question
from shared.scoring import gold
from shared.scoring.measure import Measure, Metric
from shared.settings import EncoderSettings

MEASURE = Measure("context precision", version="1:by-gold-document", evidence="ids")


def score(question: Question, answer: Answer) -> float | None:
    """Mean of precision@k over the gold chunks of the prompt, best first, in [0, 1]; 0.0 where it has none.

    None without gold documents, and for an arm that looks nothing up; 0.0 where a search found nothing. It counts
    whatever the model made of the evidence, also where no answer came of it.
    """
    if not gold.has_context(question, answer):
        return None
    hits = gold.hits(question, answer.evidence)
    precisions = [sum(hits[:k]) / k for k, hit in enumerate(hits, start=1) if hit]
    return sum(precisions) / len(precisions) if precisions else 0.0


def build(_: EncoderSettings) -> Metric:
    return Metric(MEASURE.version, score)
