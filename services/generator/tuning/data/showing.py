"""A dataset in numbers and a few examples, as a program or the console shows it."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from services.generator.tuning.data.dataset import Dataset
from services.generator.tuning.data.example import Example
from shared.jobs.dataset import DatasetReport, ExampleCount, ShownExample, SplitSizes

SOURCES = 20


def report(dataset: Dataset, *, recipe: str, examples: int, gates: Sequence[str] = ()) -> DatasetReport:
    """Counts, what was left out, what is to be unlearned, and up to `examples` training examples of each builder."""
    train = dataset.examples
    return DatasetReport(
        recipe=recipe,
        dataset_sha256=dataset.sha256,
        cutoff=dataset.cutoff,
        documents=len(dataset.revisions),
        held_out=tuple(document.revision.document_id for document in dataset.held_out),
        splits=SplitSizes(train=len(train), validation=len(dataset.validation), probe=len(dataset.probes)),
        counts=tuple(_counts(dataset)),
        abstaining=sum(example.abstains for example in train),
        sources=_sources(dataset),
        left_out=dataset.left_out,
        documents_left_out=dataset.documents_left_out,
        previous=dataset.previous,
        unlearn=dataset.unlearn,
        gates=tuple(gates),
        pairs=dataset.pairs,
        shown=tuple(map(_shown, _some(train, examples))),
        shown_probes=tuple(map(_shown, dataset.probes[:examples])),
    )


def _counts(dataset: Dataset) -> Iterator[ExampleCount]:
    """Examples by builder, form and split."""
    counted = Counter((example.builder, example.form, split) for split, example in dataset.splits())
    for (builder, form, split), count in counted.items():
        yield ExampleCount(builder=builder, form=form, split=split, examples=count)


def _sources(dataset: Dataset) -> Mapping[str, int]:
    """Training examples by the source of the document that they are about, the largest first."""
    source = {of.document_id: of.source for of in dataset.revisions}
    counted = Counter(source[example.document_ids[0]] for example in dataset.examples)
    return dict(counted.most_common(SOURCES))


def _shown(example: Example) -> ShownExample:
    return ShownExample.model_validate(example.model_dump())


def _some(examples: Iterable[Example], most: int) -> list[Example]:
    """Of each builder and form the first few, those that answer and those that decline."""
    by_kind: dict[tuple[str, str, bool], list[Example]] = defaultdict(list)
    for example in examples:
        kind = by_kind[example.builder, example.form, example.abstains]
        if len(kind) < most:
            kind.append(example)
    return [example for kind in by_kind.values() for example in kind]
