"""What a contestant is: a way of knowing the news that is given editions and asked questions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from bench.contestants.identity import RecipeUsed
from shared.messages import Answer, DocumentPublished, Question, TrainingPair
from shared.stored import StoredDocument


@dataclass(frozen=True)
class Edition:
    """News as it comes at a time. Editions are given to a contestant in their order, each once.

    `documents` are published in it, corrections and retractions among them, in order. `stored` is every document as it
    stands after it, retracted ones as retracted, and `pairs` teach what they say, each fact with its newest value.
    `until` is when everything of it is out.
    """

    number: int
    documents: Sequence[DocumentPublished]
    stored: Sequence[StoredDocument]
    pairs: Sequence[TrainingPair]
    until: datetime


@dataclass(frozen=True)
class Cost:
    """What it took to know an edition.

    `seconds` until all of it was known, `seconds_of` until a document was, by its id, where documents are taken one by
    one; `tokens` that a model read for it. `held_bytes` is what is kept of the news afterwards, beside the base model,
    and `peak_mib` what the update needed at most, where that is known.
    """

    seconds: float
    tokens: int = 0
    held_bytes: int = 0
    peak_mib: int | None = None
    seconds_of: Mapping[str, float] = field(default_factory=dict)

    def until_known(self, document_id: str) -> float:
        """Seconds from the moment at which a document was handed over."""
        return self.seconds_of.get(document_id, self.seconds)


class Contestant(Protocol):
    """Knows the editions that it was given, and answers by them.

    `changes_weights`: it may have forgotten what the base knows, so that general questions are asked of it each time.
    `recipe`: what it learns by, None where it learns nothing; measured by another one, it is measured anew.
    """

    name: str
    changes_weights: bool
    recipe: RecipeUsed | None

    def update(self, edition: Edition) -> Cost:
        """Know this edition too."""

    def catch_up(self, edition: Edition) -> None:
        """The same after a restart, for an edition that was answered by before: nothing of it is measured."""

    def answer(self, questions: Sequence[Question]) -> Sequence[Answer]:
        """One answer for each, in order; `generation_ms` is the question's own share of the time."""
