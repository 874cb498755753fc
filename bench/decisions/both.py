"""A newswire with two kinds of questions: those that were written for it, and those that rules make of its documents.

What is taught are the pairs that rules make, as `tiltyard decide` teaches them.
"""

import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from services.console import jobs
from services.console.demo import newswire
from services.console.demo.newswire import Newswire
from shared import lines, normalise
from shared.jobs.asking import FILE, JOB, MADE
from shared.messages import DocumentPublished, Message, Question, TrainingPair

EDITIONS = ("edition1.documents.jsonl", "edition2.documents.jsonl")
PAIRS, QUESTIONS = "training_pairs.jsonl", "questions.jsonl"


def put_together(wire: Path, out: Path, most: int | None = None) -> Newswire:
    """Into `out`, at most so many questions of each of the two; no pair has the words of a written one."""
    editions = [lines.read_all(wire / name, DocumentPublished) for name in EDITIONS]
    written = lines.read_all(wire / QUESTIONS, Question)
    out.mkdir(parents=True, exist_ok=True)
    made, pairs = _made(editions, out)
    words = {normalise.words(question.text) for question in written}
    kept = [pair for pair in pairs if normalise.words(pair.question) not in words]
    questions = [question for part in (written, made) for question in newswire.sample(part, most)]
    for name, edition in zip(EDITIONS, editions, strict=True):
        _write(out / name, edition)
    _write(out / PAIRS, kept)
    _write(out / QUESTIONS, questions)
    both = newswire.load(out)
    sys.stderr.write(f"{out}: {len(both.questions)} questions, {both.facts} facts to learn\n")
    return both


def is_made(question_id: str) -> bool:
    """Whether rules made it."""
    return question_id.startswith(MADE)


def _made(editions: Sequence[Sequence[DocumentPublished]], out: Path) -> tuple[list[Question], list[TrainingPair]]:
    """Questions and pairs, with the editions parted as they are; what was made is said in a file of `out`."""
    with TemporaryDirectory() as place:
        documents = Path(place) / "documents.jsonl"
        _write(documents, [document for edition in editions for document in edition])
        last = max(document.published_at for document in editions[0] if document.published_at)
        list(jobs.run(JOB, [str(documents), "--out", place, "--cutoff", last.isoformat()], os.environ))
        shutil.copy(Path(place) / FILE, out)
        return lines.read_all(Path(place) / QUESTIONS, Question), lines.read_all(Path(place) / PAIRS, TrainingPair)


def _write(file: Path, rows: Sequence[Message]) -> None:
    file.write_text("".join(f"{row.model_dump_json(exclude_defaults=True)}\n" for row in rows), encoding="utf-8")
