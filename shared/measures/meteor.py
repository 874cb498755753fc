"""METEOR without synonyms: the exact and the stem stage (Lavie and Agarwal 2007), as nltk counts them.

The third stage needs WordNet, which is a download: it is given an empty one, so these numbers lie at or below those
of a full METEOR and are not to be compared with them. Words are those of `normalise.words`, the first 400 of the
opening that `shared/scoring/bounds.py` leaves. The penalty for fragments halves the score of a single right word.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any

from shared import normalise
from shared.messages import Answer, Question
from shared.scoring.bounds import BOUND, MOST_WORDS, opening
from shared.scoring.measure import Measure, Metric, best
from shared.settings import EncoderSettings

MEASURE = Measure("METEOR", version=f"1:exact-and-stem:words-{normalise.VERSION}")


class NoWordNet:
    """A WordNet in which no word has a synonym."""

    def synsets(self, _: str) -> Sequence[Any]:
        return ()


@cache
def _parts() -> tuple[Any, Any]:
    from nltk.stem.porter import PorterStemmer
    from nltk.translate.meteor_score import single_meteor_score

    return single_meteor_score, PorterStemmer()


def _compare(ours: str, theirs: str) -> float:
    single, stemmer = _parts()
    return float(single(_words(theirs), _words(ours), stemmer=stemmer, wordnet=NoWordNet()))


def _words(text: str) -> list[str]:
    return normalise.words(text).split()[:MOST_WORDS]


def score(question: Question, answer: Answer) -> float | None:
    """Against the best reference, in [0, 1]; None without references."""
    return best(*opening(question, answer), _compare)


def build(_: EncoderSettings) -> Metric:
    """nltk's defaults (alpha 0.9, beta 3, gamma 0.5); its release is part of the version."""
    import nltk

    _parts()
    return Metric(f"{MEASURE.version}:{BOUND}:first-{MOST_WORDS}-words:nltk-{nltk.__version__}", score)
