"""A newswire folder: two editions of documents, training pairs for the first, and questions about both.

What a person said of the questions (`tiltyard wire review`) is applied where the folder is read.
"""

import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from shared import lines, normalise
from shared.jobs.asking import FILE, UNTAUGHT
from shared.lab.reviewing import counting, verdicts
from shared.lab.reviewing.applying import Applied, applied
from shared.lab.reviewing.counting import Review
from shared.messages import DocumentPublished, Question, TrainingPair
from shared.records import reason_of
from shared.source_files import DataError

SAMPLE = Path(__file__).parents[1] / "newswire"
SEED = 20_250_303
DEADLINE_S = 3_600.0


@dataclass(frozen=True)
class Newswire:
    """A loaded folder. `facts`: how many different ones the pairs teach, `stated`: how many its first edition has.

    `reviewed`: what a review made of its questions, `review`: what it says of them.
    """

    edition1: Sequence[DocumentPublished]
    edition2: Sequence[DocumentPublished]
    questions: Sequence[Question]
    pairs_file: Path
    pairs: int
    facts: int = 0
    reviewed: Applied = field(default_factory=lambda: applied([], []))
    review: Review | None = None
    stated: int = 0

    @property
    def taught_share(self) -> float | None:
        """Of the facts that the first edition has, how many the pairs teach; None where nothing asks after the rest."""
        return min(1.0, self.facts / self.stated) if self.stated and not self.asks_what_is_taught else None

    @property
    def asks_what_is_taught(self) -> bool:
        """Whether no question asks after known news that no pair teaches."""
        return all(question.slice != UNTAUGHT for question in self.questions)

    def review_of(self, asked: Sequence[Question]) -> Review | None:
        """What the review says of those that are asked."""
        return counting.among(self.review, asked, self.reviewed.read)


def load(folder: Path) -> Newswire:
    """Read and check a folder; errors name the file, the line and what to do.

    Raises FileNotFoundError for a missing file, DataError for a bad line, for pairs outside edition 1 and for test
    questions among them.
    """
    edition1 = lines.read_all(folder / "edition1.documents.jsonl", DocumentPublished)
    edition2 = lines.read_all(folder / "edition2.documents.jsonl", DocumentPublished)
    stood, said = lines.read_all(folder / "questions.jsonl", Question), verdicts.read(folder)
    reviewed = applied(stood, said)
    questions = reviewed.questions
    pairs_file = folder / "training_pairs.jsonl"
    pairs = lines.read_all(pairs_file, TrainingPair)
    known = {document.document_id for document in edition1}
    if foreign := sorted({pair.document_id for pair in pairs} - known):
        raise DataError(
            f"{pairs_file}: {', '.join(foreign[:5])} are not in edition 1; what the model learns must be known by then"
        )
    _refuse_told(folder, pairs, questions, reviewed.mended)
    unscored = [question.question_id for question in questions if question.references is None]
    if stood and not questions:
        raise DataError(f"{folder / verdicts.FILE}: every question is dropped, and none is left to be asked")
    if not questions or unscored:
        raise DataError(f"{folder / 'questions.jsonl'}: every question needs `references` (empty: abstaining is right)")
    patient = [
        question.model_copy(update={"deadline_s": DEADLINE_S, "slice": _slice(question, pairs)})
        for question in questions
    ]
    review = counting.counted(stood, said)
    facts = {(pair.document_id, pair.answer) for pair in pairs}
    stated = _stated(folder / FILE) if any(question.slice == UNTAUGHT for question in patient) else 0
    return Newswire(edition1, edition2, patient, pairs_file, len(pairs), len(facts), reviewed, review, stated)


def _slice(question: Question, pairs: Iterable[TrainingPair]) -> str:
    """What somebody's own pairs teach by now is learned, whatever the question was made as."""
    if question.slice != UNTAUGHT:
        return question.slice
    accepted = {normalise.words(reference) for reference in question.references or ()}
    told = (pair for pair in pairs if pair.document_id in question.gold_document_ids)
    return "learned" if any(normalise.words(pair.answer) in accepted for pair in told) else UNTAUGHT


class _Made(BaseModel):
    """Of what was made the part that counts here."""

    model_config = ConfigDict(extra="ignore")
    stated: int = 0


def _stated(file: Path) -> int:
    """As the file says it; 0 without one. Raises DataError for a file that cannot be read."""
    if not file.is_file():
        return 0
    try:
        return _Made.model_validate_json(file.read_bytes()).stated
    except ValidationError as error:
        raise DataError(f"{file} cannot be read ({reason_of(error)}): make the newswire again, or delete it") from error


def told(pairs: Iterable[TrainingPair], questions: Iterable[Question]) -> list[Question]:
    """Questions with the words of a training pair, case and punctuation aside."""
    taught = {normalise.words(pair.question) for pair in pairs}
    return [question for question in questions if normalise.words(question.text) in taught]


def _refuse_told(
    folder: Path, pairs: Sequence[TrainingPair], questions: Sequence[Question], mended: frozenset[str]
) -> None:
    """DataError: a model that was told a test question shows nothing of what it learned."""
    known = told(pairs, questions)
    if new := [question for question in known if question.question_id in mended]:
        raise DataError(
            f"{folder / verdicts.FILE}: {new[0].question_id} is mended into the words of a training pair, "
            f"{new[0].text!r}: word it otherwise, for a model that was told it shows nothing of what it learned"
        )
    if known:
        raise DataError(
            f"{folder / 'training_pairs.jsonl'}: {len(known)} of its questions are test questions too, such as "
            f"{known[0].text!r}: word them otherwise, for a model that was told them shows nothing of what it learned"
        )


def sample(questions: Sequence[Question], size: int | None) -> list[Question]:
    """At most `size` questions, every slice in its proportion (largest remainder), at random but always the same."""
    if size is None or size >= len(questions):
        return list(questions)
    slices: dict[str, list[Question]] = defaultdict(list)
    for question in questions:
        slices[question.slice].append(question)
    shares = {name: size * len(members) / len(questions) for name, members in slices.items()}
    counts = {name: int(share) for name, share in shares.items()}
    for name in sorted(shares, key=lambda name: counts[name] - shares[name])[: size - sum(counts.values())]:
        counts[name] += 1
    draw = random.Random(SEED)  # noqa: S311 (a sample, not a secret)
    return [question for name in slices for question in draw.sample(slices[name], counts[name])]
