"""Limits on how much one source may teach, so that whoever floods the topic does not decide what is learned."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from services.generator.tuning.data.drawing import kept
from services.generator.tuning.data.example import Example
from services.generator.tuning.data.plan import DataPlan
from shared.stored import StoredDocument


def capped(examples: Sequence[Example], documents: Mapping[str, StoredDocument], plan: DataPlan) -> list[Example]:
    """The examples that stay: of a source with too many, as many as it may give, chosen by chance.

    An example is of the source of the document that it is about. Raises ValueError where there are too few sources
    for the share.
    """
    of_source: dict[str, list[int]] = defaultdict(list)
    for place, example in enumerate(examples):
        of_source[documents[example.document_ids[0]].revision.source].append(place)
    most = limit(Counter({source: len(places) for source, places in of_source.items()}), plan)
    staying = {
        place
        for places in of_source.values()
        for place in kept(places, most, seed=plan.seed, name_of=lambda at: examples[at].model_dump_json())
    }
    return [example for place, example in enumerate(examples) if place in staying]


def limit(counts: Mapping[str, int], plan: DataPlan) -> int:
    """The largest number per source by which none has more than its share of all that stays."""
    most = max(counts.values(), default=0)
    most = min(most, plan.source_examples or most)
    if plan.source_share == 1.0:
        return most
    while most and most > plan.source_share * sum(min(count, most) for count in counts.values()):
        most -= 1
    if counts and not most:
        raise ValueError(
            f"source_share {plan.source_share:g} cannot be kept: the examples come from {len(counts)} sources "
            f"({', '.join(f'{name!r}: {count}' for name, count in sorted(counts.items())[:5])})"
        )
    return most
