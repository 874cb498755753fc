"""A collection as a folder of Tiltyard's own messages: what one job reads from foreign files, the next ones use."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from shared import lines
from shared.collections.collection import Collection
from shared.jobs.events import JobModel
from shared.messages import DocumentChunked, DocumentPublished, Question
from shared.messages.schema import Message

DOCUMENTS, QUESTIONS, ABOUT = "documents.jsonl", "questions.jsonl", "collection.json"


class About(JobModel):
    """What a folder holds beside its messages: the collection's name, and what answers what on each level."""

    name: str
    qrels: Mapping[str, Mapping[str, Sequence[str]]]


def save(collection: Collection, folder: Path) -> None:
    """Write documents, questions and judgements."""
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / DOCUMENTS, collection.documents)
    _write(folder / QUESTIONS, collection.questions)
    about = About(name=collection.name, qrels=collection.qrels)
    (folder / ABOUT).write_text(about.model_dump_json(), encoding="utf-8")


def opened(folder: Path) -> Collection:
    """The collection that `save` wrote."""
    about = About.model_validate_json((folder / ABOUT).read_text(encoding="utf-8"))
    return Collection(
        name=about.name,
        documents=lines.each(folder / DOCUMENTS, DocumentPublished.model_validate),
        questions=lines.each(folder / QUESTIONS, Question.model_validate),
        qrels=about.qrels,
    )


def chunked(file: Path) -> list[DocumentChunked]:
    """Every revision with its chunks, as ingest cut them."""
    return lines.each(file, DocumentChunked.model_validate)


def _write(file: Path, messages: Sequence[Message]) -> None:
    with file.open("w", encoding="utf-8") as lines:
        lines.writelines(f"{message.model_dump_json()}\n" for message in messages)
