"""What an adapter is trained on: question-answer examples from live documents up to the cutoff, and nothing else."""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from services.generator.tuning.data.example import Example
from shared.messages import Revision
from shared.records import reason_of
from shared.stored import StoredDocument

UNKNOWN, RETRACTED, TOO_NEW = "document unknown", "document retracted", "document after the cutoff"
NOT_FOR_EVERYONE = "document not for everyone"  # a model tells all who ask what it has learned


class Pair(BaseModel):
    """A question with its answer, and the document that says so."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    question: str = Field(min_length=1, max_length=4_000)
    answer: str = Field(min_length=1)
    document_id: str


@dataclass(frozen=True)
class Material:
    """Live documents up to the cutoff by id, and the pairs about them."""

    documents: Mapping[str, StoredDocument]
    pairs: Sequence[Pair]


Build = Callable[[Material], Iterator[Example]]


@dataclass(frozen=True)
class Dataset:
    """Examples, the revisions they came from, and what was left out and why."""

    examples: tuple[Example, ...]
    revisions: tuple[Revision, ...]
    cutoff: datetime
    left_out: Mapping[str, int]

    @property
    def sha256(self) -> str:
        """Over the examples in their order and the revisions they came from."""
        lines = [json.dumps(example.model_dump(mode="json"), sort_keys=True) for example in self.examples]
        lines += [f"{of.document_id}:{of.revision}:{of.content_hash}" for of in self.revisions]
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def read_pairs(file: Path) -> list[Pair]:
    """Pairs from a file of JSON lines. Raises ValueError that names the line which is wrong."""
    lines = enumerate(file.read_text(encoding="utf-8").splitlines(), start=1)
    return [_pair(line, f"{file}, line {number}") for number, line in lines if line.strip()]


def assemble(
    documents: Iterable[StoredDocument], pairs: Sequence[Pair], *, cutoff: datetime | None, builds: Sequence[Build]
) -> Dataset:
    """Build the examples. Time is when a document was first seen; without a cutoff it is the newest one's.

    Raises ValueError where nothing is left to learn.
    """
    stored = {document.revision.document_id: document for document in documents}
    verdicts = {identifier: _verdict(document.revision, cutoff) for identifier, document in stored.items()}
    live = {identifier: stored[identifier] for identifier in sorted(stored) if verdicts[identifier] is None}
    lost = Counter(verdicts.get(pair.document_id) or UNKNOWN for pair in pairs if pair.document_id not in live)
    material = Material(live, [pair for pair in pairs if pair.document_id in live])
    examples = tuple(example for build in builds for example in build(material))
    if not examples:
        raise ValueError(
            f"nothing to learn: {len(stored)} documents in the store, {len(live)} of them live and up to the cutoff; "
            + (", ".join(f"{count} pairs with {why}" for why, count in lost.items()) or "no pairs left out")
        )
    used = {identifier for example in examples for identifier in example.document_ids}
    revisions = tuple(live[identifier].revision for identifier in sorted(used))
    return Dataset(examples, revisions, cutoff or max(of.first_seen_at for of in revisions), dict(lost))


def _verdict(revision: Revision, cutoff: datetime | None) -> str | None:
    """Why a document must not be learned, or None."""
    if revision.retracted:
        return RETRACTED
    if revision.labels:
        return NOT_FOR_EVERYONE
    return TOO_NEW if cutoff is not None and revision.first_seen_at > cutoff else None


def _pair(line: str, place: str) -> Pair:
    try:
        return Pair.model_validate_json(line)
    except ValidationError as error:
        raise ValueError(f"{place}: {reason_of(error)}") from error
