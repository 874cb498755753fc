"""Questions that need several documents, in the layout derived from MultiHop-RAG: JSON lines, plain or gzipped.

A question is asked as of its own time. Those that the corpus cannot answer (`null_query`) have no gold and no accepted
answer: to abstain is right. Measures of retrieval leave them out.
"""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from shared.collections.collection import Collection
from shared.collections.reading import pair, texts
from shared.lines import Row, each
from shared.messages import DocumentPublished, Question

FIELDS = frozenset({"doc_id", "text", "publish_date"})
NEEDS = (
    "documents as JSON lines with doc_id, title, text, source, publish_date; questions as JSON lines with "
    "question_id, question, question_type, answers, asked_at (may be null), gold_doc_ids"
)
KIND = "question answering"
MEASURES = "Whether facts of two to four news stories are put together, and whether a question without any is declined."
NOT_FOR = "How readers ask: the questions were made by a model from the stories, and many have yes or no as answer."
UNANSWERABLE = "null_query"


def read(files: Sequence[Path]) -> Collection:
    """The articles in the order of their publication."""
    documents, questions = pair(files, "multihop")
    asked = each(questions, _question)
    gold = {question.question_id: question.gold_document_ids for question in asked if question.gold_document_ids}
    return Collection("multihop", sorted(each(documents, _document), key=_published), asked, {"gold": gold})


def _document(row: Row) -> DocumentPublished:
    return DocumentPublished(
        document_id=row["doc_id"],
        title=row.get("title") or "",
        text=row["text"],
        source=row.get("source") or "",
        url=row.get("url") or "",
        published_at=datetime.fromisoformat(row["publish_date"]),
    )


def _question(row: Row) -> Question:
    return Question(
        question_id=row["question_id"],
        text=row["question"],
        references=_references(row),
        slice=row.get("question_type") or "unsliced",
        gold_document_ids=texts(row, "gold_doc_ids"),
        as_of=row.get("asked_at"),
    )


def _references(row: Row) -> tuple[str, ...] | None:
    """What is accepted: nothing where the corpus has no answer, unknown where the row says none."""
    if row.get("question_type") == UNANSWERABLE:
        return ()
    return (texts(row, "answers") or None) if "answers" in row else None


def _published(document: DocumentPublished) -> datetime:
    assert document.published_at is not None
    return document.published_at
