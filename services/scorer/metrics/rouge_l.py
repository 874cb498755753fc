"""ROUGE-L: F-measure of the longest common subsequence of words (Lin 2004), as the `rouge-score` package counts it.

Words are stemmed (Porter). Made for summaries; on short answers it is close to F1.
"""

import logging
from functools import cache
from typing import Any

from services.scorer.metric import Metric, best
from shared.messages import Answer, Question
from shared.settings import EncoderSettings

VERSION = "1"


@cache
def _scorer() -> Any:
    from rouge_score.rouge_scorer import RougeScorer

    logging.getLogger("absl").setLevel(logging.WARNING)  # it announces its tokenizer at every start
    return RougeScorer(["rougeL"], use_stemmer=True)


def _compare(ours: str, theirs: str) -> float:
    return float(_scorer().score(theirs, ours)["rougeL"].fmeasure)


def score(question: Question, answer: Answer) -> float | None:
    """F-measure against the best reference, in [0, 1]; None without references."""
    return best(question, answer, _compare)


def build(_: EncoderSettings) -> Metric:
    _scorer()
    return Metric(VERSION, score)
