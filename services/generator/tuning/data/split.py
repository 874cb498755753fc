"""Which documents teach, which are held out whole, and which wordings are kept for probing.

Decided from the document alone, before any example is made: a document stays on its side in every later run with the
same seed and shares, whatever else is published. A reprint goes where the document goes that it reprints.

What a model has not been told it cannot be probed for. So a probe is a fact that is trained in other words: of each
fact of a probe document that has two wordings or more, one wording is held out, and no example uses it in any form.
Where that makes fewer probes than a gate needs, more documents are probed, in the order of the same draw.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from services.generator.tuning.data.drawing import draw
from services.generator.tuning.data.example import Example
from services.generator.tuning.data.plan import DataPlan
from services.generator.tuning.data.wordings import normal
from shared.messages import Revision

Side = Literal["train", "validation", "probe"]


def side_of(revision: Revision, plan: DataPlan) -> Side:
    """The side of a document."""
    chance = place_of(revision, plan)
    if chance < plan.validation:
        return "validation"
    return "probe" if chance < plan.validation + plan.probe else "train"


def place_of(revision: Revision, plan: DataPlan) -> float:
    """Where in [0, 1) a document falls, which decides its side."""
    return draw(plan.seed, "side", revision.duplicate_of or revision.document_id)


def probes(examples: Iterable[Example], probed: set[str], seed: int) -> list[Example]:
    """One closed-book wording of each group about a `probed` document that has two or more, chosen by chance."""
    return [
        min(wordings, key=lambda example: draw(seed, "probe", normal(example.question)))
        for wordings in _reworded(examples)
        if wordings[0].document_ids[0] in probed
    ]


def enough(examples: Iterable[Example], probed: set[str], places: Mapping[str, float], least: int) -> set[str]:
    """The probed documents, and as many more in the order of their places as make `least` facts with two wordings."""
    facts: dict[str, int] = defaultdict(int)
    for wordings in _reworded(examples):
        facts[wordings[0].document_ids[0]] += 1
    chosen, made = set(probed), sum(facts[name] for name in probed)
    for name in sorted(facts.keys() - probed, key=lambda name: (places[name], name)):
        if made >= least:
            break
        chosen.add(name)
        made += facts[name]
    return chosen


def _reworded(examples: Iterable[Example]) -> list[list[Example]]:
    """Of each group that has two closed-book wordings or more, all of them, each once."""
    groups: dict[str, dict[str, Example]] = defaultdict(dict)
    for example in examples:
        if example.form == "closed_book" and example.group:
            groups[example.group].setdefault(normal(example.question), example)
    return [list(wordings.values()) for wordings in groups.values() if len(wordings) > 1]


def trained(held_out: Iterable[Example], examples: Iterable[Example]) -> list[Example]:
    """The probes whose fact is learned from memory in other words: another probe's wording may have been its last."""
    facts = {example.group for example in examples if example.form == "closed_book" and not example.abstains}
    return [probe for probe in held_out if probe.group in facts]


def without(examples: Iterable[Example], held_out: Sequence[Example]) -> list[Example]:
    """The examples that use none of the held-out wordings, in whatever form and about whatever document."""
    wordings = {normal(example.question) for example in held_out}
    return [example for example in examples if not example.question or normal(example.question) not in wordings]
