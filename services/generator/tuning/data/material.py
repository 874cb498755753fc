"""What builders work with: documents and pairs of one side of the split, and how serving would show them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from services.generator import evidence
from services.generator.tuning.data.drawing import kept
from services.generator.tuning.data.example import Example
from services.generator.tuning.data.learned import LearnedRevision
from services.generator.tuning.data.nearest import Nearest
from services.generator.tuning.data.plan import BuilderOptions
from services.generator.tuning.data.teaching import Teacher
from services.generator.tuning.data.wordings import normal
from shared.messages import Revision, TrainingPair
from shared.stored import StoredDocument

Chunks = Callable[[Sequence[StoredDocument]], Mapping[str, Sequence[str]]]


@dataclass(frozen=True)
class Serving:
    """What decides how a question reaches the model: passages and their words, and the phrases that decline."""

    passages: int
    words: int
    closed_book_abstain: str
    rag_abstain: str

    def shown(self, chunks: Sequence[str], question: str) -> tuple[str, ...]:
        """The passages of these chunks, best first, exactly as the retrieval arm puts them into a prompt."""
        return tuple(evidence.passages(chunks[: self.passages], question, self.words)) if self.passages else ()


@dataclass(frozen=True)
class Previous:
    """What an earlier adapter was trained on: revisions by document id, and the examples."""

    name: str
    learned: Mapping[str, LearnedRevision]
    examples: Sequence[Example] = ()

    def knows(self, revision: Revision) -> bool:
        """Whether it has learned exactly what this revision says."""
        learned = self.learned.get(revision.document_id)
        return learned is not None and learned.content_hash == revision.content_hash


@dataclass(frozen=True)
class Material:
    """Documents by id and pairs about them; nothing of the other side of the split is in them.

    `documents` are to be learned in this run, `learnable` may be: also those that an earlier run has learned. `nearest`
    knows the passages of these. `known` is the text of every live document, held out or not: only to make sure that
    something is said nowhere. `made` are the examples of the builders before.
    """

    documents: Mapping[str, StoredDocument]
    learnable: Mapping[str, StoredDocument]
    pairs: Sequence[TrainingPair]
    serving: Serving
    nearest: Nearest
    known: Mapping[str, str]
    seed: int = 1
    made: Sequence[Example] = ()
    previous: Previous | None = None
    teacher: Teacher | None = None

    @cached_property
    def questions(self) -> Sequence[Example]:
        """Questions with answers that builders before made, each wording once; supplied pairs where they made none."""
        built = [example for example in self.made if example.form == "closed_book" and not example.abstains]
        examples = built or [as_example(pair) for pair in self.pairs]
        return list({(normal(example.question), example.document_ids[0]): example for example in examples}.values())

    @property
    def chunks(self) -> Mapping[str, Sequence[str]]:
        """The learnable documents' passages as they stand in the store, by document id."""
        return self.nearest.chunks

    def drawn(self, options: BuilderOptions) -> Sequence[Example]:
        """The questions for a builder that makes one example of each: no more than it may make, by chance."""
        most = len(self.questions) if options.at_most is None else options.at_most
        return kept(self.questions, most, seed=self.seed, name_of=lambda example: example.question)

    def origin(self, document_id: str) -> str:
        """The document that this one reprints, or itself."""
        return self.learnable[document_id].revision.duplicate_of or document_id


def as_example(pair: TrainingPair) -> Example:
    """A supplied pair as it is."""
    return Example(
        builder="pairs",
        question=pair.question,
        choices=pair.choices,
        answer=pair.answer,
        document_ids=(pair.document_id,),
        group=group_of(pair),
    )


def group_of(pair: TrainingPair) -> str:
    """What wordings of one fact share: what the pair says, otherwise its document and its answer."""
    return f"{pair.document_id}: {pair.fact or normal(pair.answer)}"
