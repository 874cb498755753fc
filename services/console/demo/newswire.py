"""A newswire folder: two editions of documents, training pairs for the first, and questions about both."""

import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from shared import lines, normalise
from shared.messages import DocumentPublished, Question, TrainingPair
from shared.source_files import DataError

SAMPLE = Path(__file__).parents[1] / "newswire"
SEED = 20_250_303
DEADLINE_S = 3_600.0


@dataclass(frozen=True)
class Newswire:
    """A loaded folder. `facts`: how many different ones the pairs teach."""

    edition1: Sequence[DocumentPublished]
    edition2: Sequence[DocumentPublished]
    questions: Sequence[Question]
    pairs_file: Path
    pairs: int
    facts: int = 0


def load(folder: Path) -> Newswire:
    """Read and check a folder; errors name the file, the line and what to do.

    Raises FileNotFoundError for a missing file, DataError for a bad line, for pairs outside edition 1 and for test
    questions among them.
    """
    edition1 = lines.read_all(folder / "edition1.documents.jsonl", DocumentPublished)
    edition2 = lines.read_all(folder / "edition2.documents.jsonl", DocumentPublished)
    questions = lines.read_all(folder / "questions.jsonl", Question)
    pairs_file = folder / "training_pairs.jsonl"
    pairs = lines.read_all(pairs_file, TrainingPair)
    known = {document.document_id for document in edition1}
    if foreign := sorted({pair.document_id for pair in pairs} - known):
        raise DataError(
            f"{pairs_file}: {', '.join(foreign[:5])} are not in edition 1; what the model learns must be known by then"
        )
    wordings = {normalise.words(question.text) for question in questions}
    if told := [pair.question for pair in pairs if normalise.words(pair.question) in wordings]:
        raise DataError(
            f"{pairs_file}: {len(told)} of its questions are test questions too, such as {told[0]!r}: word them "
            "otherwise, for a model that was told them shows nothing of what it learned"
        )
    unscored = [question.question_id for question in questions if question.references is None]
    if not questions or unscored:
        raise DataError(f"{folder / 'questions.jsonl'}: every question needs `references` (empty: abstaining is right)")
    patient = [question.model_copy(update={"deadline_s": DEADLINE_S}) for question in questions]
    facts = {(pair.document_id, pair.answer) for pair in pairs}
    return Newswire(edition1, edition2, patient, pairs_file, len(pairs), len(facts))


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
