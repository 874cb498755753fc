"""A dataset in numbers and a few examples, as a program or the console shows it."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from services.generator.tuning.data.dataset import Dataset
from services.generator.tuning.data.example import Example

SOURCES = 20


def summary(dataset: Dataset, *, examples: int) -> dict[str, Any]:
    """Counts, what was left out, what is to be unlearned, and up to `examples` training examples of each builder."""
    train = dataset.examples
    return {
        "dataset_sha256": dataset.sha256,
        "cutoff": dataset.cutoff.isoformat(),
        "documents": len(dataset.revisions),
        "held_out": [document.revision.document_id for document in dataset.held_out],
        "splits": {"train": len(train), "validation": len(dataset.validation), "probe": len(dataset.probes)},
        "counts": _counts(dataset),
        "abstaining": sum(example.abstains for example in train),
        "sources": _sources(dataset),
        "left_out": dict(dataset.left_out),
        "documents_left_out": dict(dataset.documents_left_out),
        "previous": dataset.previous,
        "unlearn": [one.as_json() for one in dataset.unlearn],
        "shown": [one.model_dump(mode="json") for one in _some(train, examples)],
        "shown_probes": [one.model_dump(mode="json") for one in dataset.probes[:examples]],
    }


def _counts(dataset: Dataset) -> list[dict[str, Any]]:
    """Examples by builder, form and split."""
    counted = Counter((example.builder, example.form, split) for split, example in dataset.splits())
    names = ("builder", "form", "split", "examples")
    return [dict(zip(names, (*key, count), strict=True)) for key, count in counted.items()]


def _sources(dataset: Dataset) -> Mapping[str, int]:
    """Training examples by the source of the document that they are about, the largest first."""
    source = {of.document_id: of.source for of in dataset.revisions}
    counted = Counter(source[example.document_ids[0]] for example in dataset.examples)
    return dict(counted.most_common(SOURCES))


def _some(examples: Iterable[Example], most: int) -> list[Example]:
    """Of each builder and form the first few, those that answer and those that decline."""
    found: dict[tuple[str, str, bool], list[Example]] = defaultdict(list)
    for example in examples:
        kind = found[example.builder, example.form, example.abstains]
        if len(kind) < most:
            kind.append(example)
    return [example for kind in found.values() for example in kind]
