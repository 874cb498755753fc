"""Examples whose answer is that it is not known: passages that do not say it, and questions that no document answers.

A model that is taught this too often declines what it knows. The shares are of the questions that the builders before
have made, and small.
"""

from collections.abc import Iterator

from pydantic import Field

from services.generator.tuning.data import passages, unanswerable
from services.generator.tuning.data.drawing import draw
from services.generator.tuning.data.example import Example, LeftOut, Made
from services.generator.tuning.data.material import Material
from services.generator.tuning.data.plan import BuilderOptions, Share


class Options(BuilderOptions):
    """How much of each kind, and from how many of the likest passages the misleading ones are drawn."""

    rag: Share = Field(default=0.1, description="of the questions, asked again over passages about something else")
    answer_removed: Share = Field(
        default=0.0, description="of the facts, asked again over their own passage without the sentences that say them"
    )
    closed_book: Share = Field(default=0.1, description="of the questions, asked again about another name")
    nearest: int = Field(default=5, ge=1)


def build(material: Material, options: Options) -> Iterator[Made]:
    """Every kind, drawn by chance and apart from the others."""
    texts = {name: document.text for name, document in material.documents.items()}
    swaps = unanswerable.Swaps(texts, material.known, material.seed)
    for asked in material.questions:
        if draw(material.seed, "abstention over passages", asked.question) < options.rag:
            yield _over_passages(material, options, asked)
        if draw(material.seed, "abstention without the answer", asked.group or asked.question) < options.answer_removed:
            yield _answer_removed(material, asked)
        if draw(material.seed, "abstention from memory", asked.question) < options.closed_book:
            yield _from_memory(material, swaps, asked)


def _over_passages(material: Material, options: Options, asked: Example) -> Made:
    beside = passages.distractors(material, asked, most=material.serving.passages, nearest=options.nearest)
    shown = passages.shown(material, beside, asked)
    if not shown:
        return LeftOut(passages.NO_DISTRACTOR)
    return _declined(material, asked, shown, passages.documents(asked, beside[: len(shown)]))


def _answer_removed(material: Material, asked: Example) -> Made:
    """A passage about the very thing, which does not say what is asked: the hardest one to decline."""
    gold = passages.gold(material, asked)
    shown = passages.shown(material, [gold], asked) if gold else ()
    left = passages.without_answer(shown[0], asked.answer) if shown else None
    if left is None:
        return LeftOut(passages.NOT_REMOVED)
    return _declined(material, asked, (left,), (asked.document_ids[0],))


def _declined(material: Material, asked: Example, shown: tuple[str, ...], document_ids: tuple[str, ...]) -> Example:
    return Example(
        builder="abstention",
        form="rag",
        question=asked.question,
        choices=asked.choices,
        passages=shown,
        answer=material.serving.rag_abstain,
        document_ids=document_ids,
        abstains=True,
    )


def _from_memory(material: Material, swaps: unanswerable.Swaps, asked: Example) -> Made:
    swap = swaps.of(asked.question, asked.answer, asked.document_ids[0])
    if swap is None:
        return LeftOut(unanswerable.NO_SWAP)
    return Example(
        builder="abstention",
        question=swap.question,
        answer=material.serving.closed_book_abstain,
        document_ids=(asked.document_ids[0], swap.document_id),
        abstains=True,
    )
