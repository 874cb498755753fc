"""How much of a text the measures read: more than an answer has, and no more, so that no text can stall the scorer.

Changing a bound changes the scores of long texts, and so the versions of the measures that name it.
"""

from collections.abc import Iterator

from shared.messages import Answer, Question

LONGEST = 4_000
"""Characters: of the answer, and of the references together."""
MOST_WORDS = 400
"""Words of one text, where time grows with the product of both lengths."""
BOUND = f"first-{LONGEST}-characters"
"""How a version says that its measure reads `opening`."""


def opening(question: Question, answer: Answer) -> tuple[Question, Answer]:
    """Both with what is read of them; the same objects where that is everything."""
    references = question.references or ()
    if len(answer.text) > LONGEST:
        answer = answer.model_copy(update={"text": answer.text[:LONGEST]})
    if sum(map(len, references)) > LONGEST:
        question = question.model_copy(update={"references": tuple(_fitting(references))})
    return question, answer


def _fitting(references: tuple[str, ...]) -> Iterator[str]:
    """The first references, the last of them cut, as far as LONGEST characters go."""
    left = LONGEST
    for reference in references:
        if left > 0:
            yield reference[:left]
        left -= len(reference)
