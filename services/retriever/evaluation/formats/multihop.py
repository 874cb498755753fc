"""Questions that need several documents, in the layout derived from MultiHop-RAG: JSON lines, plain or gzipped.

A question is asked as of its own time. Those that the corpus cannot answer (`null_query`) have no gold: they are
counted and left out of the measures.
"""

from datetime import datetime
from pathlib import Path

from services.retriever.evaluation.collection import Collection
from services.retriever.evaluation.reading import Row, each
from shared.messages import DocumentPublished, Question

FIELDS = frozenset({"doc_id", "text", "publish_date"})
NEEDS = (
    "documents as JSON lines with doc_id, title, text, source, publish_date; questions as JSON lines with "
    "question_id, question, question_type, asked_at (may be null), gold_doc_ids"
)


def read(documents: Path, questions: Path | None) -> Collection:
    """The articles in the order of their publication."""
    if questions is None:
        raise ValueError(f"multihop needs --questions beside {documents}")
    asked = each(questions, _question)
    gold = {one.question_id: one.gold_document_ids for one in asked if one.gold_document_ids}
    rows = sorted(each(documents, lambda row: (datetime.fromisoformat(row["publish_date"]), _document(row))), key=_when)
    return Collection("multihop", [document for _, document in rows], asked, {"gold": gold})


def _document(row: Row) -> DocumentPublished:
    return DocumentPublished(
        document_id=row["doc_id"],
        title=row.get("title") or "",
        text=row["text"],
        source=row.get("source") or "",
        url=row.get("url") or "",
        published_at=row["publish_date"],
    )


def _question(row: Row) -> Question:
    return Question(
        question_id=row["question_id"],
        text=row["question"],
        slice=row.get("question_type") or "unsliced",
        gold_document_ids=tuple(row["gold_doc_ids"]),
        as_of=row.get("asked_at"),
    )


def _when(dated: tuple[datetime, DocumentPublished]) -> datetime:
    return dated[0]
