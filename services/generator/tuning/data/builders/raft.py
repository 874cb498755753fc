"""Retrieval-aware examples (RAFT, Zhang et al. 2024): the questions of the builders before, over passages.

The gold passage stands among the likest passages of other documents, in an order drawn by chance, and the answer
cites it as replies are read. In a share of the examples the gold passage is missing. The prompts are what serving
shows: never more passages or words than the generator's evidence settings allow.
"""

from collections.abc import Iterator
from typing import Literal

from pydantic import Field

from services.generator.tuning.data import passages
from services.generator.tuning.data.drawing import draw, generator
from services.generator.tuning.data.example import Example, LeftOut, Made
from services.generator.tuning.data.material import Material
from services.generator.tuning.data.passages import Placed
from services.generator.tuning.data.plan import BuilderOptions, Share

NO_PASSAGE = "question without a passage that serving would show"


class Options(BuilderOptions):
    """What stands beside the gold passage, and what is said without it."""

    documents: Share = Field(
        default=1.0, description="of the documents: every question about them, so that one batch shares the passage"
    )
    distractors: int = Field(default=4, ge=0, description="at most; never more passages than serving shows")
    nearest: int = Field(default=5, ge=1, description="distractors are drawn from so many of the likest passages")
    without_gold: Share = Field(default=0.2, description="of the examples: distractors alone")
    without_gold_says: Literal["abstain", "answer"] = Field(
        default="abstain", description="answer: from memory and uncited, as in the paper"
    )
    cite: bool = Field(default=True, description="whether an answer ends with the mark of its passage")


def build(material: Material, options: Options) -> Iterator[Made]:
    """One example per question about the chosen documents."""
    for asked in material.drawn(options):
        if draw(material.seed, "raft", asked.document_ids[0]) >= options.documents:
            continue
        if draw(material.seed, "raft without gold", asked.question) < options.without_gold:
            yield _without_gold(material, options, asked)
        else:
            yield _with_gold(material, options, asked)


def _with_gold(material: Material, options: Options, asked: Example) -> Made:
    """The gold passage where chance puts it; first, where it would not fit anywhere else."""
    gold = passages.gold(material, asked)
    if gold is None:
        return LeftOut(NO_PASSAGE)
    beside = passages.distractors(material, asked, most=options.distractors, nearest=options.nearest)
    beside = beside[: material.serving.passages - 1]
    place = generator(material.seed, "raft", asked.question).randint(0, len(beside))
    for at in (place, 0):
        order = [*beside[:at], gold, *beside[at:]]
        shown = passages.shown(material, order, asked)
        if len(shown) > at and passages.supports(shown[at], gold, asked):
            mark = f" [{at + 1}]" if options.cite else ""
            return _example(asked, order, shown, asked.answer + mark)
    return LeftOut(NO_PASSAGE)


def _without_gold(material: Material, options: Options, asked: Example) -> Made:
    beside = passages.distractors(material, asked, most=options.distractors + 1, nearest=options.nearest)
    shown = passages.shown(material, beside, asked)
    if not shown:
        return LeftOut(passages.NO_DISTRACTOR)
    abstains = options.without_gold_says == "abstain"
    return _example(asked, beside, shown, material.serving.rag_abstain if abstains else asked.answer, abstains=abstains)


def _example(
    asked: Example, order: list[Placed], shown: tuple[str, ...], answer: str, *, abstains: bool = False
) -> Example:
    return Example(
        builder="raft",
        form="rag",
        question=asked.question,
        choices=asked.choices,
        passages=shown,
        answer=answer,
        document_ids=passages.documents(asked, order[: len(shown)]),
        group=asked.group,
        abstains=abstains,
    )
