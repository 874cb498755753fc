"""How many of the gold documents the answer cites, also of those that retrieval did not find.

After ALCE (Gao et al. 2023), which asks a model whether the citations support each sentence; here the question's gold
documents decide, for the answer as a whole, and `services/scorer/gold.py` says what counts.
"""

from services.scorer import gold
from services.scorer.metric import Metric
from shared.messages import Answer, Question
from shared.settings import EncoderSettings

VERSION = "1:by-gold-document"


def score(question: Question, answer: Answer) -> float | None:
    """Share of the gold documents with a cited chunk, in [0, 1].

    None without gold documents or evidence, where no answer was given, and where JSON was asked for, which has no
    place for citations.
    """
    return gold.share_found(question, answer.citations) if gold.could_cite(question, answer) else None


def build(_: EncoderSettings) -> Metric:
    return Metric(VERSION, score)
