"""What an adapter is trained on and tried with, and what it was made from."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from services.generator.tuning.data.example import Example
from services.generator.tuning.data.learned import LearnedRevision
from shared.jobs.dataset import PairsReport, Unlearned
from shared.messages import Revision
from shared.stored import StoredDocument

Split = Literal["train", "validation", "probe"]


@dataclass(frozen=True)
class Dataset:
    """Examples to train on, the revisions they came from, and what was left out and why.

    `validation` is made by the same builders from documents that are held out whole (`held_out`); `probes` ask for
    learned facts in wordings that no example has. `unlearn` is what `previous`, the adapter before, should not know.
    `earlier` are revisions that it learned and this run does not, and `carried` its examples that still hold and that
    this run does not show: both stay known to an adapter that goes on from it.
    `texts` are the learned documents as they stand, for a training that holds its model to the base on them.
    `pairs` is what was found in the supplied pairs, where there were any.
    """

    examples: tuple[Example, ...]
    revisions: tuple[Revision, ...]
    cutoff: datetime
    left_out: Mapping[str, int]
    validation: tuple[Example, ...] = ()
    probes: tuple[Example, ...] = ()
    held_out: tuple[StoredDocument, ...] = ()
    documents_left_out: Mapping[str, int] = field(default_factory=dict)
    previous: str = ""
    unlearn: tuple[Unlearned, ...] = ()
    pairs: PairsReport | None = None
    earlier: tuple[LearnedRevision, ...] = ()
    carried: tuple[Example, ...] = ()
    texts: tuple[str, ...] = ()

    def splits(self) -> Iterator[tuple[Split, Example]]:
        """Every example with its side."""
        yield from (("train", example) for example in self.examples)
        yield from (("validation", example) for example in self.validation)
        yield from (("probe", example) for example in self.probes)

    @property
    def sha256(self) -> str:
        """Over the examples of all splits in their order and the revisions that were trained on."""
        digest = hashlib.sha256()
        for line in lines_of(self):
            digest.update(line.encode())
        for of in self.revisions:
            digest.update(f"{of.document_id}:{of.revision}:{of.content_hash}\n".encode())
        return digest.hexdigest()


def lines_of(dataset: Dataset) -> Iterator[str]:
    """The examples as JSON lines, each with its split: what lies beside an adapter as `examples.jsonl`."""
    for split, example in dataset.splits():
        yield json.dumps({"split": split} | example.model_dump(mode="json"), sort_keys=True, ensure_ascii=False) + "\n"
