"""A test collection: documents in the order in which they came, questions, and which documents answer them.

Each file in `formats` reads one layout of files, with `read(files)`, and says what it needs (FIELDS, NEEDS) and what a
suite made of it is good for (KIND, MEASURES, NOT_FOR). Which one it is shows in the fields of the first document; of
several that fit, the one that asks for most of them is meant.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from pathlib import Path

from shared import plugins
from shared.collections import reading
from shared.messages import DocumentPublished, Question
from shared.source_files import DataError, naming

FORMATS = "shared.collections.formats"
Qrels = Mapping[str, Sequence[str]]  # question id -> ids of the documents that answer it


@dataclass(frozen=True)
class Collection:
    """`qrels` by level of judgement, such as "gold"; a question without any is in none and is left out of measures."""

    name: str
    documents: Sequence[DocumentPublished]
    questions: Sequence[Question]
    qrels: Mapping[str, Qrels]

    @property
    def judged(self) -> list[Question]:
        """The questions that some level has an answer for."""
        return [
            question
            for question in self.questions
            if any(question.question_id in level for level in self.qrels.values())
        ]

    @property
    def without_gold(self) -> int:
        """Questions that no document answers."""
        return len(self.questions) - len(self.judged)

    def unfindable(self, level: str) -> int:
        """Judged pairs that no search may find: the document is absent, retracted, or first seen after the question."""
        seen = _first_seen(self.documents)
        as_of = {question.question_id: question.as_of for question in self.questions}
        return sum(
            not _reaches(seen, document_id, as_of.get(question_id))
            for question_id, documents in self.qrels[level].items()
            for document_id in documents
        )


def load(files: Sequence[Path], format_name: str = "") -> Collection:
    """The collection in these files, documents first, in the named format or the one that is recognised.

    Raises FileNotFoundError for a missing file, DataError for a bad line and for files that no format fits.
    """
    for path in files:
        if not path.exists():
            raise FileNotFoundError(f"no file {path}")
    read = plugins.load(FORMATS, format_name or recognise(files[0]), "read")
    with naming(str(files[0]) if len(files) == 1 else f"one of {', '.join(map(str, files))}"):
        collection: Collection = read(files)
    return collection


def recognise(documents: Path) -> str:
    """The format's name; raises DataError that lists the formats and what each needs."""
    try:
        fields = reading.fields_of(documents)
    except DataError as error:
        raise DataError(f"{error}. There are the formats {_all_needs()}") from None
    fitting = [(len(wanted), name) for name in plugins.names(FORMATS) if (wanted := _fields(name)) <= fields]
    if fitting:
        return max(fitting)[1]
    raise DataError(f"{documents} is of no format that is known here; --format names one. There are {_all_needs()}")


def _fields(name: str) -> frozenset[str]:
    """What a document of the format has at least."""
    fields: frozenset[str] = import_module(f"{FORMATS}.{name}").FIELDS
    return fields


def _all_needs() -> str:
    """What every format needs, for a person."""
    return "; ".join(f"{name} ({import_module(f'{FORMATS}.{name}').NEEDS})" for name in plugins.names(FORMATS))


def _first_seen(documents: Sequence[DocumentPublished]) -> dict[str, datetime | None]:
    """When each document that stands at the end was first seen."""
    seen: dict[str, datetime | None] = {}
    for document in documents:
        if document.op == "retract":
            seen.pop(document.document_id, None)
        else:
            seen[document.document_id] = document.first_seen_at or document.published_at
    return seen


def _reaches(seen: Mapping[str, datetime | None], document_id: str, as_of: datetime | None) -> bool:
    if document_id not in seen:
        return False
    first = seen[document_id]
    return as_of is None or first is None or first <= as_of
