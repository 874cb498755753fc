"""Which documents teach, which are held out whole, and which wordings are kept for probing.

Decided from the document alone, before any example is made: a document stays on its side in every later run with the
same seed and shares, whatever else is published. A reprint goes where the document goes that it reprints.

What a model has not been told it cannot be probed for. So a probe is a fact that is trained in other words: of each
fact of a probe document that has two wordings or more, one wording is held out, and no example uses it in any form.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Literal

from services.generator.tuning.data.drawing import draw
from services.generator.tuning.data.example import Example
from services.generator.tuning.data.plan import DataPlan
from services.generator.tuning.data.wordings import normal
from shared.messages import Revision

Side = Literal["train", "validation", "probe"]


def side_of(revision: Revision, plan: DataPlan) -> Side:
    """The side of a document."""
    chance = draw(plan.seed, "side", revision.duplicate_of or revision.document_id)
    if chance < plan.validation:
        return "validation"
    return "probe" if chance < plan.validation + plan.probe else "train"


def probes(examples: Iterable[Example], probed: set[str], seed: int) -> list[Example]:
    """One closed-book wording of each group about a `probed` document that has two or more, chosen by chance."""
    groups: dict[str, dict[str, Example]] = defaultdict(dict)
    for example in examples:
        if example.form == "closed_book" and example.group and example.document_ids[0] in probed:
            groups[example.group].setdefault(normal(example.question), example)
    reworded = {name: wordings for name, wordings in groups.items() if len(wordings) > 1}
    return [
        min(reworded[name].values(), key=lambda example: draw(seed, "probe", normal(example.question)))
        for name in reworded
    ]


def trained(held_out: Iterable[Example], examples: Iterable[Example]) -> list[Example]:
    """The probes whose fact is learned from memory in other words: another probe's wording may have been its last."""
    facts = {example.group for example in examples if example.form == "closed_book" and not example.abstains}
    return [probe for probe in held_out if probe.group in facts]


def without(examples: Iterable[Example], held_out: Sequence[Example]) -> list[Example]:
    """The examples that use none of the held-out wordings, in whatever form and about whatever document."""
    wordings = {normal(example.question) for example in held_out}
    return [example for example in examples if not example.question or normal(example.question) not in wordings]
