"""Comparing texts by their words: equal wordings, an answer within a text, how much of one answer is in another."""

from collections import Counter

from shared import normalise


def normal(text: str) -> str:
    """Two texts of equal `normal` are the same wording; as the scorer reads answers."""
    return normalise.words(text)


def holds(text: str, answer: str) -> bool:
    """Whether the words of the answer stand in the text, next to each other; never where it has no words."""
    return normalise.occurs(answer, text)


def f1(answer: str, reference: str) -> float:
    """Harmonic mean of word precision and recall in [0, 1] (Rajpurkar et al. 2016, with articles left in)."""
    first, second = normal(answer).split(), normal(reference).split()
    common = sum((Counter(first) & Counter(second)).values())
    return 2 * common / (len(first) + len(second)) if common else 0.0
