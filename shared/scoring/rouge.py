"""ROUGE as the `rouge-score` package counts it, for the measures rouge_1, rouge_2 and rouge_l.

Source: Lin 2004, "ROUGE: A Package for Automatic Evaluation of Summaries". Words are runs of a-z and 0-9, stemmed
(Porter) from four letters on; whatever is written in other letters is no word to it. Of the opening that
`bounds.py` leaves, the first MOST_WORDS words are read: a longest common subsequence costs their product.
"""

import logging
from functools import cache
from typing import Any

from shared.messages import Answer, Question
from shared.scoring.bounds import BOUND, MOST_WORDS, opening
from shared.scoring.measure import Metric, best


class Bounded:
    """The package's own tokenizer, on the first words of a text."""

    def __init__(self) -> None:
        from nltk.stem.porter import PorterStemmer
        from rouge_score.tokenize import tokenize

        self._tokenize: Any = tokenize
        self._stemmer = PorterStemmer()

    def tokenize(self, text: str) -> list[str]:
        """At most MOST_WORDS stems."""
        first: list[str] = self._tokenize(text, None)[:MOST_WORDS]
        stems: list[str] = self._tokenize(" ".join(first), self._stemmer)
        return stems


def f_measure(kind: str, version: str) -> Metric:
    """A measure by its `rouge-score` name, such as `rouge1` or `rougeL`; the libraries load here."""
    scorer = _scorer(kind)

    def compare(ours: str, theirs: str) -> float:
        return float(scorer.score(theirs, ours)[kind].fmeasure)

    def score(question: Question, answer: Answer) -> float | None:
        """F-measure against the best reference, in [0, 1]; None without references."""
        return best(*opening(question, answer), compare)

    return Metric(f"{version}:{BOUND}:first-{MOST_WORDS}-words", score)


@cache
def _scorer(kind: str) -> Any:
    from rouge_score.rouge_scorer import RougeScorer

    logging.getLogger("absl").setLevel(logging.WARNING)  # it announces its tokenizer at every start
    return RougeScorer([kind], tokenizer=Bounded())
