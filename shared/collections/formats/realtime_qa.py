"""A dated news stream with quiz questions, in the layout derived from RealTime QA: JSON lines, plain or gzipped.

A question is asked as of its own time: a document first seen later is not searched. Two levels of judgement:
`gold`, the documents that the quiz cites, and `answer-bearing`, linked documents that hold an answer as whole words.
"""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from shared.collections.collection import Collection
from shared.collections.reading import pair, texts
from shared.lines import Row, each
from shared.messages import DocumentPublished, Question

FIELDS = frozenset({"doc_id", "text", "publish_date", "first_seen"})
NEEDS = (
    "documents as JSON lines with doc_id, title, text, source, publish_date, first_seen; questions as JSON lines with "
    "question_id, question, choices, answers, asked_at, gold_doc_ids, answer_bearing_doc_ids"
)
KIND = "multiple choice"
MEASURES = "Whether a weekly news quiz with four choices is answered from what had been published by then."
NOT_FOR = "Answering without choices, and questions whose documents the stream does not hold (slice `without gold`)."
LEVELS = {"gold": "gold_doc_ids", "answer-bearing": "answer_bearing_doc_ids"}


def read(files: Sequence[Path]) -> Collection:
    """The stream in the order in which its documents were first seen."""
    documents, questions = pair(files, "realtime_qa")
    asked = each(questions, question)
    judged = each(questions, lambda row: {level: texts(row, field) for level, field in LEVELS.items()})
    qrels = {
        level: {about.question_id: of[level] for about, of in zip(asked, judged, strict=True) if of[level]}
        for level in LEVELS
    }
    return Collection("realtime_qa", sorted(each(documents, document), key=_first_seen), asked, qrels)


def document(row: Row) -> DocumentPublished:
    """One article of the stream; raises KeyError for a missing field, ValueError for a wrong one."""
    seen = datetime.fromisoformat(row["first_seen"])
    return DocumentPublished(
        document_id=row["doc_id"],
        title=row.get("title") or "",
        text=row["text"],
        source=row.get("source") or "",
        url=row.get("url") or "",
        published_at=row["publish_date"] or seen,
        first_seen_at=seen,
    )


def question(row: Row) -> Question:
    """One question of the quiz as of its time; raises as `document` does."""
    gold, bearing = texts(row, "gold_doc_ids"), texts(row, "answer_bearing_doc_ids")
    choices = texts(row, "choices") if "choices" in row else ()
    answers = texts(row, "answers") if "answers" in row else ()
    return Question(
        question_id=row["question_id"],
        text=row["question"],
        choices=tuple(choice for choice in choices if choice.strip()),
        references=answers or None,
        slice="gold" if gold else "answer-bearing" if bearing else "without gold",
        gold_document_ids=gold or bearing,
        as_of=datetime.fromisoformat(row["asked_at"]),
    )


def _first_seen(document: DocumentPublished) -> datetime:
    assert document.first_seen_at is not None
    return document.first_seen_at
