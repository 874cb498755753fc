"""Whether what a teacher wrote holds: the answer stands in the text, and the teacher finds it again.

Round trip as in Alberti et al. 2019.
"""

from services.generator.tuning.data.mentions import mentions
from services.generator.tuning.data.wordings import f1, holds


def names(question: str, text: str) -> bool:
    """Whether the question holds a name of the text, so that it says what it is about. Needs capitals."""
    return any(mention.kind == "entity" and holds(text, mention.text) for mention in mentions(question))


def is_same(reply: str, answer: str, least_f1: float) -> bool:
    """Whether a reply says an answer: it holds it, or has most of its words and the same numbers and dates."""
    return holds(reply, answer) or (f1(reply, answer) >= least_f1 and amounts(reply) == amounts(answer))


def amounts(text: str) -> frozenset[str]:
    """Its numbers and dates."""
    return frozenset(mention.text for mention in mentions(text) if mention.kind != "entity")
