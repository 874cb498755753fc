"""Sentence-level scores of sacrebleu, for the measures bleu and chrf.

Source of the settings and their signatures: Post 2018, "A Call for Clarity in Reporting BLEU Scores".
"""

from typing import Any

from shared.messages import Answer, Question
from shared.scoring.bounds import BOUND, opening
from shared.scoring.measure import Metric


def measure(scorer: Any, *, version: str) -> Metric:
    """A sacrebleu metric scaled from [0, 100] to [0, 1]; its signature is part of the version."""
    scorer.num_refs = -1  # as many as a question has: "var"

    def score(asked: Question, answered: Answer) -> float | None:
        """Against all references together, in [0, 1]; None without references."""
        question, answer = opening(asked, answered)
        if not question.references:
            return None
        if answer.status != "answered":
            return 0.0
        value = float(scorer.sentence_score(answer.text, question.references).score) / 100
        return min(max(value, 0.0), 1.0)  # a perfect score is 100.00000000000004

    return Metric(f"{version}:{BOUND}:{scorer.get_signature().format()}", score)
