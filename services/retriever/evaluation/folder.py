"""A collection as a folder of Tiltyard's own messages: what one job reads from foreign files, the next ones use."""

import json
from collections.abc import Sequence
from pathlib import Path

from shared import lines
from shared.collections.collection import Collection, Qrels
from shared.messages import DocumentChunked, DocumentPublished, Question
from shared.messages.schema import Message

DOCUMENTS, QUESTIONS, ABOUT = "documents.jsonl", "questions.jsonl", "collection.json"


def save(collection: Collection, folder: Path) -> None:
    """Write documents, questions and judgements."""
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / DOCUMENTS, collection.documents)
    _write(folder / QUESTIONS, collection.questions)
    about = {"name": collection.name, "qrels": collection.qrels}
    (folder / ABOUT).write_text(json.dumps(about, ensure_ascii=False), encoding="utf-8")


def opened(folder: Path) -> Collection:
    """The collection that `save` wrote."""
    about = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
    qrels: dict[str, Qrels] = about["qrels"]
    return Collection(
        name=about["name"],
        documents=lines.each(folder / DOCUMENTS, DocumentPublished.model_validate),
        questions=lines.each(folder / QUESTIONS, Question.model_validate),
        qrels=qrels,
    )


def chunked(file: Path) -> list[DocumentChunked]:
    """Every revision with its chunks, as ingest cut them."""
    return lines.each(file, DocumentChunked.model_validate)


def _write(file: Path, messages: Sequence[Message]) -> None:
    with file.open("w", encoding="utf-8") as lines:
        lines.writelines(f"{message.model_dump_json()}\n" for message in messages)
