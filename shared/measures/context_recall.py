"""How many of the gold documents were in the prompt.

Context recall as RAGAS (Es et al. 2023) names it; there a model says which statements of the reference the evidence
supports, here the question's gold documents are counted (see `shared/scoring/gold.py`).
"""

from shared.messages import Answer, Question
from shared.scoring import gold
from shared.scoring.measure import Measure, Metric
from shared.settings import EncoderSettings

MEASURE = Measure("context recall", version="1:by-gold-document", evidence="ids", counted=True)


def score(question: Question, answer: Answer) -> float | None:
    """Share of the gold documents that a chunk in the prompt is of, in [0, 1].

    None without gold documents, and for an arm that looks nothing up; 0.0 where a search found nothing. It counts
    whatever the model made of the evidence, also where no answer came of it.
    """
    return gold.share_found(question, answer.evidence) if gold.has_context(question, answer) else None


def build(_: EncoderSettings) -> Metric:
    return Metric(MEASURE.version, score)
