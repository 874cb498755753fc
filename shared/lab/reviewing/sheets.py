"""Sheets for the page on which people review: what was drawn, as messages, in the order in which it is read."""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

from shared.lab.audit.sheet import Entry, item_of
from shared.lab.reviewing import verdicts
from shared.lab.reviewing.passages import passages
from shared.messages import DocumentPublished, Question, ReviewItem
from shared.messages.reviews import ItemKind
from shared.restriction import guarding

LONGEST_SHOWN = 4_000
"""Characters of a sentence that stands beside an item."""


def of_answers(name: str, entries: Sequence[Entry], seed: int) -> list[ReviewItem]:
    """The lines of an audit that nobody has filled in. They are drawn from what everyone may see."""
    rows = [
        {
            "item_id": entry.item, "question": entry.question, "choices": entry.choices, "accepted": entry.accepted,
            "answer": entry.answer, "shown": _verdict(entry),
        }
        for entry in entries
        if entry.right is None
    ]  # fmt: skip
    return _numbered(name, "answer", rows, seed)


def of_questions(
    name: str,
    questions: Sequence[Question],
    documents: Sequence[DocumentPublished],
    texts: Mapping[str, str],
    seed: int,
) -> list[ReviewItem]:
    """Drawn questions with the sentences that answer them; `texts` are the documents' newest, by their ids.

    A question of documents with labels is for those who may see all of them. Beside one that no document answers stand
    sentences of documents without labels alone.
    """
    labels = {document.document_id: document.labels for document in documents if guarding(document.labels)}
    for_everyone = {document_id: text for document_id, text in texts.items() if document_id not in labels}
    rows = []
    for question in questions:
        own = [document_id for document_id in question.gold_document_ids if document_id in texts]
        shown = passages(question, texts if own else for_everyone)
        rows.append(
            {
                "item_id": verdicts.item(question), "question_id": question.question_id,
                "question": question.text, "choices": question.choices,
                "accepted": question.references or (), "shown": tuple(said[:LONGEST_SHOWN] for said in shown),
                "document_labels": (
                    *((label,) for label in question.labels if guarding([label])),
                    *(labels[document_id] for document_id in own if document_id in labels),
                ),
            }
        )  # fmt: skip
    return _numbered(name, "question", rows, seed)


def has_its_name(item: ReviewItem) -> bool:
    """Whether its id is that of what it shows: under another one it would be taken for what somebody else drew."""
    if item.kind == "answer":
        return item.item_id == item_of(item.question, item.choices, item.accepted, item.answer)
    return item.item_id == item_of(item.question, (), item.accepted, item.question_id)


def _verdict(entry: Entry) -> tuple[str, ...]:
    """What the measure said, where whoever drew the sheet wanted it shown."""
    if entry.measure is None:
        return ()
    return (f"The measure says: {entry.measure}" + (f" (by the rule {entry.rule})." if entry.rule else "."),)


def _numbered(name: str, kind: ItemKind, rows: Sequence[Mapping[str, Any]], seed: int) -> list[ReviewItem]:
    """One sheet; its id follows from its name and its items, so that a sheet that is published again is the same."""
    drawn = sha256(" ".join(row["item_id"] for row in rows).encode()).hexdigest()[:8]
    sheet = {"sheet_id": f"{name[:100]}-{drawn}", "kind": kind, "number": len(rows), "seed": seed}
    return [ReviewItem.model_validate({**row, **sheet, "place": place}) for place, row in enumerate(rows, start=1)]
