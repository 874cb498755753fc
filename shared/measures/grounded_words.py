"""Groundedness by words: the share of the answer's sentences whose words stand in the evidence of its prompt.

After K-Precision (Adlakha et al. 2023), the share of an answer's tokens that are in the knowledge it was given; here
by sentence and with a threshold of our own: 0.6 of the content words, cut to five letters, and every number. Put
together from questions and answers of SQuAD, 92 % of sentences were grounded in their own paragraph and 3 % in its
neighbour (n = 477). Words in common are no proof: "A sued B" is grounded in "B sued A". The sentences and the
evidence that are read are those of `shared/scoring/statements.py`.
"""

import re
from collections.abc import Sequence

from shared import normalise
from shared.messages import Answer, Question
from shared.scoring import statements
from shared.scoring.measure import Measure, Metric
from shared.scoring.quantities import numbers
from shared.settings import EncoderSettings

THRESHOLD = 0.6
MEASURE = Measure(
    "grounded by words",
    version=f"2:{THRESHOLD}:words-{normalise.VERSION}:{statements.READ}",
    evidence="texts",
    counted=True,
)
_COMMON = frozenset(
    """a about after all also an and any are as at be because been but by can could did do does for from had has have
    he her his how i if in into is it its may more most no not of on one or other our she so some such than that the
    their them then there these they this those to was we were what when where which who whom whose why will with
    would yes you""".split()  # noqa: SIM905
)
_DIGIT = re.compile(r"\d")


def score(_: Question, answer: Answer) -> float | None:
    """Share of the answer's sentences with a content word that the evidence supports, in [0, 1].

    None without evidence, where no answer was given, and where no sentence has a content word ("Yes.").
    """
    passages = statements.evidence(answer)
    stated = [words for statement in statements.statements(answer) if (words := _content(statement))]
    if not passages or not stated:
        return None
    text = "\n".join(passages)
    written = [*normalise.words(text).split(), *normalise.spellings(text)]
    known, amounts = {_stem(word) for word in written}, set(numbers(text))
    return statements.share_supported([_supported(words, known, amounts) for words in stated])


def _supported(words: Sequence[str], known: set[str], amounts: set[float]) -> bool:
    supported = [_stem(word) in known or _amount(word) in amounts for word in words]
    exact = all(there for word, there in zip(words, supported, strict=True) if _DIGIT.search(word))
    return exact and sum(supported) >= THRESHOLD * len(words)


def _content(sentence: str) -> list[str]:
    return [word for word in normalise.words(sentence).split() if word not in _COMMON]


def _stem(word: str) -> str:
    return word if _DIGIT.search(word) else word[:5]


def _amount(word: str) -> float | None:
    return next(numbers(word), None)


def build(_: EncoderSettings) -> Metric:
    return Metric(MEASURE.version, score)
