"""Tiltyard's own messages as JSON lines: a file of documents, or a folder of editions as the sample newswire is one.

Editions are published one after the other, each in its own order: corrections replace and retractions remove what
stood before, and every question is asked when all of it is out. Where the right response is to abstain there is no
gold: such questions are counted and left out of the measures.
"""

from pathlib import Path

from services.retriever.evaluation.collection import Collection
from services.retriever.evaluation.reading import each
from shared.messages import DocumentPublished, Question

FIELDS = frozenset({"document_id", "text"})
NEEDS = (
    "documents as JSON lines of the documents topic (document_id, title, text, published_at, op ...), or a folder with "
    "edition1.documents.jsonl, edition2.documents.jsonl ... and questions.jsonl; questions as JSON lines of the "
    "questions topic (question_id, text, gold_document_ids ...)"
)


def read(documents: Path, questions: Path | None) -> Collection:
    """Every edition in its order; a folder's own questions unless others are named."""
    folder = documents.is_dir()
    files = sorted(documents.glob("*documents.jsonl*")) if folder else [documents]
    if questions is None and not folder:
        raise ValueError(f"newswire needs --questions beside {documents}")
    asked = each(questions or documents / "questions.jsonl", Question.model_validate)
    published = [one for file in files for one in each(file, DocumentPublished.model_validate)]
    gold = {one.question_id: one.gold_document_ids for one in asked if one.gold_document_ids}
    return Collection("newswire", published, asked, {"gold": gold})
