"""Which questions a person reviews: an order by lot, over all slices, that the seed and each question alone decide.

So that a question has the same lot however many others there are: what was read before stays in its place, and what is
new or changed comes where its lot puts it. The first questions of the order are a random sample of those there are.
"""

from collections.abc import Mapping, Sequence
from hashlib import sha256

from shared.lab.reviewing.verdicts import Verdict, item
from shared.messages import Question


def order(questions: Sequence[Question], seed: int) -> list[Question]:
    """All of them, by lot; every order is as likely as any other."""
    return sorted(questions, key=lambda question: sha256(f"{seed}\n{item(question)}".encode()).hexdigest())


def due(questions: Sequence[Question], read: Mapping[str, Verdict], number: int, seed: int) -> list[Question]:
    """Of the first `number` of the order those that nobody has said anything of as they stand now."""
    return [question for question in order(questions, seed)[:number] if item(question) not in read]
