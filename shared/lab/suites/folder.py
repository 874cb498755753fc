"""A suite as a folder: its card, its documents and its questions, read with the place of each line, and written."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from shared import lines
from shared.collections import reading
from shared.lab.suites import card
from shared.lab.suites.card import Card
from shared.messages import DocumentPublished, Message, Question

DOCUMENTS, QUESTIONS, EDITION = "documents.jsonl", "questions.jsonl", "edition{}.documents.jsonl"
M = TypeVar("M", bound=Message)


@dataclass(frozen=True)
class Suite:
    """A suite ready to run. Documents are in the order of their publication; a later one of the same id replaces."""

    card: Card
    documents: Sequence[DocumentPublished]
    questions: Sequence[Question]

    @property
    def standing(self) -> dict[str, DocumentPublished]:
        """The documents that stand at the end, by id."""
        newest = {document.document_id: document for document in self.documents}
        return {name: document for name, document in newest.items() if document.op != "retract"}


@dataclass(frozen=True)
class Placed(Generic[M]):
    """A message with the file and the number of the line that it stands in."""

    file: Path
    line: int
    message: M

    @property
    def where(self) -> str:
        return f"{self.file}, line {self.line}"


@dataclass(frozen=True)
class Draft:
    """What a folder holds as far as it can be read, and every error met on the way."""

    folder: Path
    card: Card | None
    documents: Sequence[Placed[DocumentPublished]]
    questions: Sequence[Placed[Question]]
    errors: Sequence[str]

    @property
    def suite(self) -> Suite:
        assert self.card is not None
        return Suite(
            self.card, [placed.message for placed in self.documents], [placed.message for placed in self.questions]
        )


def read(folder: Path) -> Draft:
    """Everything in the folder; raises FileNotFoundError where the card or the questions are not there."""
    card_or_errors = card.read(folder)
    errors = card_or_errors if isinstance(card_or_errors, list) else []
    known = None if isinstance(card_or_errors, list) else card_or_errors
    documents: list[Placed[DocumentPublished]] = []
    for file in document_files(folder, known):
        documents += _messages(file, DocumentPublished, errors)
    questions = list(_messages(folder / QUESTIONS, Question, errors))
    return Draft(folder, known, documents, questions, errors)


def document_files(folder: Path, known: Card | None) -> list[Path]:
    """Where the documents are; none for a suite without any. Raises FileNotFoundError for a place that is not there."""
    place = folder / (known.documents if known else ".")
    if not place.exists():
        raise FileNotFoundError(f"no file {place}, which {folder / card.FILE} names as `documents`")
    return reading.editions(place)


def write(folder: Path, suite: Suite) -> None:
    """Write the folder; whatever stood in these files before is replaced."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / card.FILE).write_text(card.written(suite.card), encoding="utf-8")
    _write(folder / QUESTIONS, suite.questions)
    for file in (folder / DOCUMENTS, *folder.glob(EDITION.format("*"))):
        file.unlink(missing_ok=True)
    editions = list(_editions(suite.documents))
    for number, edition in enumerate(editions, start=1):
        _write(folder / (DOCUMENTS if len(editions) == 1 else EDITION.format(f"{number:03}")), edition)


def _editions(documents: Sequence[DocumentPublished]) -> Iterator[Sequence[DocumentPublished]]:
    """The documents in their order, cut where one comes again: a file holds an id once."""
    edition: dict[str, DocumentPublished] = {}
    for document in documents:
        if document.document_id in edition:
            yield list(edition.values())
            edition = {}
        edition[document.document_id] = document
    if edition:
        yield list(edition.values())


def _write(file: Path, messages: Sequence[Message]) -> None:
    with file.open("w", encoding="utf-8") as out:
        out.writelines(f"{message.model_dump_json(exclude_defaults=True)}\n" for message in messages)


def _messages(file: Path, kind: type[M], errors: list[str]) -> Iterator[Placed[M]]:
    for line in lines.read(file, kind):
        if line.message is None:
            errors.append(f"{line.place}: {line.error}")
        else:
            yield Placed(file, line.number, line.message)
