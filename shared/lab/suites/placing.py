"""Setting a suite apart in a system full of news: its own ids, its own tags, and labels that nobody else carries.

A corpus is named by suite, version and, where documents were changed for a purpose, by that. Its name goes before
every id, tag and label, and is the slice of every question, so that live standings keep it apart. A question of the
suite filters by the corpus' tag, so it finds no news; a document of the suite carries the corpus' label, so no other
question finds it and no model is trained on it.
"""

from collections.abc import Sequence

from shared.lab.suites.folder import Suite
from shared.messages import DocumentPublished, Filters, Question
from shared.restriction import APART


def corpus(suite: Suite, variation: str = "") -> str:
    """The name of a suite's documents in the system."""
    return f"{APART}{suite.card.title}" + (f"+{variation}" if variation else "")


def documents(suite: Suite, name: str) -> list[DocumentPublished]:
    """The documents under the names of a corpus; the tag `suite:<name>` is for people."""
    return [_document(document, name, f"suite:{suite.card.name}") for document in suite.documents]


def questions(asked: Sequence[Question], name: str, run: str, *, deadline_s: float) -> list[Question]:
    """The questions to a corpus, with ids of this run; gold ids, filters and labels follow the documents'.

    `deadline_s` is for questions that set none of their own.
    """
    return [_question(question, name, run, deadline_s) for question in asked]


def as_published(asked: Sequence[Question], suite: Suite, run: str, *, deadline_s: float) -> list[Question]:
    """The questions to documents that are in the system already, under their own ids: only question ids are new."""
    prefix = f"{corpus(suite)}#{run}"
    return [
        question.model_copy(
            update={
                "question_id": f"{prefix}:{question.question_id}",
                "slice": corpus(suite),
                "deadline_s": _deadline(question, deadline_s),
            }
        )
        for question in asked
    ]


def _document(document: DocumentPublished, name: str, tag: str) -> DocumentPublished:
    renamed = f"{name}:{document.document_id}"
    if document.op == "retract":
        return document.model_copy(update={"document_id": renamed})
    labels = tuple(f"{name}/{label}" for label in document.labels) or (name,)
    tags = (tag, name, *(f"{name}/{own}" for own in document.tags))
    return document.model_copy(update={"document_id": renamed, "tags": tags, "labels": labels})


def _question(question: Question, name: str, run: str, deadline_s: float) -> Question:
    tags = tuple(f"{name}/{own}" for own in question.filters.tags) or (name,)
    changed = question.model_dump() | {
        "question_id": f"{name}#{run}:{question.question_id}",
        "slice": name,
        "gold_document_ids": tuple(f"{name}:{gold}" for gold in question.gold_document_ids),
        "filters": Filters(**question.filters.model_dump() | {"tags": tags}),
        "labels": (name, *(f"{name}/{label}" for label in question.labels)),
        "deadline_s": _deadline(question, deadline_s),
    }
    return Question.model_validate(changed)


def _deadline(question: Question, deadline_s: float) -> float:
    return question.deadline_s if "deadline_s" in question.model_fields_set else deadline_s
