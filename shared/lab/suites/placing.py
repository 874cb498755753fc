"""Setting a suite apart in a system full of news: its own ids, its own tags, and labels that nobody else carries.

A corpus is named by suite, version and, where documents were changed for a purpose, by that. Its name goes before
every id, tag and label, and is the slice of every question, so that live standings keep it apart. A question of the
suite filters by the corpus' tag, so it finds no news; a document of the suite carries the corpus' label, so no other
question finds it and no model is trained on it.
"""

from collections.abc import Sequence

from shared.lab.suites.folder import Suite
from shared.messages import DocumentPublished, Filters, Question


def corpus(suite: Suite, variation: str = "") -> str:
    """The name of a suite's documents in the system."""
    return f"suite:{suite.card.title}" + (f"+{variation}" if variation else "")


def documents(suite: Suite, name: str) -> list[DocumentPublished]:
    """The documents under the names of a corpus; the tag `suite:<name>` is for people."""
    return [_document(one, name, f"suite:{suite.card.name}") for one in suite.documents]


def questions(asked: Sequence[Question], name: str, run: str, *, deadline_s: float) -> list[Question]:
    """The questions to a corpus, with ids of this run; gold ids, filters and labels follow the documents'.

    `deadline_s` is for questions that set none of their own.
    """
    return [_question(one, name, run, deadline_s) for one in asked]


def as_published(asked: Sequence[Question], suite: Suite, run: str, *, deadline_s: float) -> list[Question]:
    """The questions to documents that are in the system already, under their own ids: only question ids are new."""
    prefix = f"{corpus(suite)}#{run}"
    return [
        one.model_copy(
            update={
                "question_id": f"{prefix}:{one.question_id}",
                "slice": corpus(suite),
                "deadline_s": _deadline(one, deadline_s),
            }
        )
        for one in asked
    ]


def _document(one: DocumentPublished, name: str, tag: str) -> DocumentPublished:
    renamed = f"{name}:{one.document_id}"
    if one.op == "retract":
        return one.model_copy(update={"document_id": renamed})
    labels = tuple(f"{name}/{label}" for label in one.labels) or (name,)
    tags = (tag, name, *(f"{name}/{own}" for own in one.tags))
    return one.model_copy(update={"document_id": renamed, "tags": tags, "labels": labels})


def _question(one: Question, name: str, run: str, deadline_s: float) -> Question:
    tags = tuple(f"{name}/{own}" for own in one.filters.tags) or (name,)
    changed = one.model_dump() | {
        "question_id": f"{name}#{run}:{one.question_id}",
        "slice": name,
        "gold_document_ids": tuple(f"{name}:{gold}" for gold in one.gold_document_ids),
        "filters": Filters(**one.filters.model_dump() | {"tags": tags}),
        "labels": (name, *(f"{name}/{label}" for label in one.labels)),
        "deadline_s": _deadline(one, deadline_s),
    }
    return Question.model_validate(changed)


def _deadline(one: Question, deadline_s: float) -> float:
    return one.deadline_s if "deadline_s" in one.model_fields_set else deadline_s
