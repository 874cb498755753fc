"""Which examples of the adapter before still hold, and what a run that goes on from it keeps for the run after it.

An adapter that goes on from another knows what that one learned, whether or not this run showed it again. So its folder
names those revisions too, and keeps their examples, of which a later run may show some again.
"""

from collections.abc import Collection, Mapping, Sequence

from services.generator.tuning.data.example import Example
from services.generator.tuning.data.learned import LearnedRevision
from services.generator.tuning.data.material import Previous
from services.generator.tuning.data.wordings import normal
from shared.messages import Revision, TrainingPair
from shared.stored import StoredDocument


def stands(example: Example, before: Previous, learnable: Mapping[str, StoredDocument]) -> bool:
    """Whether all its documents may be learned and still say exactly what was learned."""
    documents = [learnable.get(identifier) for identifier in example.document_ids]
    return all(document is not None and before.knows(document.revision) for document in documents)


def taught_anew(examples: Sequence[Example], pairs: Sequence[TrainingPair]) -> Collection[Example]:
    """The examples that a pair of this run speaks for: those that ask the same, and all others about the same fact.

    A later document may give a fact another value while the earlier one stands as it was: what that taught is then old.
    """
    asked = {normal(pair.question) for pair in pairs}
    facts = {example.group for example in examples if example.group and normal(example.question) in asked}
    return frozenset(
        example
        for example in examples
        if example.group in facts or (example.question and normal(example.question) in asked)
    )


def carried(
    before: Previous,
    learnable: Mapping[str, StoredDocument],
    *,
    pairs: Sequence[TrainingPair],
    examples: Sequence[Example],
) -> tuple[Example, ...]:
    """The earlier examples that still hold and are not among these, which this run shows."""
    shown = {_content(example) for example in examples}
    anew = taught_anew(before.examples, pairs)
    return tuple(
        example
        for example in before.examples
        if _content(example) not in shown and example not in anew and stands(example, before, learnable)
    )


def earlier(before: Previous, revisions: Sequence[Revision]) -> tuple[LearnedRevision, ...]:
    """The revisions that were learned before, but for documents that this run learns."""
    now = {of.document_id for of in revisions}
    return tuple(of for name, of in sorted(before.learned.items()) if name not in now)


def _content(example: Example) -> str:
    return example.model_dump_json(exclude={"builder", "times"})
