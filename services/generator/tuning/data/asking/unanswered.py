"""Questions that no document answers, as far as rules can tell: a made one about another name of the same kind."""

from collections.abc import Mapping, Sequence

from services.generator.tuning.data.asking import wordings
from services.generator.tuning.data.asking.names import Kinds
from services.generator.tuning.data.drawing import generator
from services.generator.tuning.data.unanswerable import Swaps
from shared.jobs.asking import MADE_NONE
from shared.messages import Question

SHARE = 0.2
"""Of the questions that have an answer: so many again that have none."""
SLICE = "unanswerable"


def wanted(questions: Sequence[Question]) -> int:
    """How many unanswerable ones go with so many questions."""
    return round(SHARE * len(questions))


def made(questions: Sequence[Question], known: Mapping[str, str], seed: int) -> list[Question]:
    """As many as are wanted, or fewer where fewer names are known to be of one kind. `known` is id -> live text."""
    swaps = Swaps(known, known, seed, Kinds(known.values()).of)
    exchanged: dict[str, Question] = {}
    for question in generator(seed, SLICE).sample(questions, len(questions)):
        if len(exchanged) == wanted(questions):
            break
        if not question.references:
            continue
        swap = swaps.of(question.text, question.references[0], question.gold_document_ids[0])
        if swap and len(swap.question) <= wordings.LONGEST:
            name = f"{MADE_NONE}{len(exchanged) + 1:05}"
            exchanged[swap.question] = Question(question_id=name, text=swap.question, references=(), slice=SLICE)
    return [*exchanged.values()]
