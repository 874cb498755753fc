"""Tiltyard's own messages as JSON lines: a file of documents, or a folder of editions as the sample newswire is one.

Editions are published one after the other, each in its own order: corrections replace and retractions remove what
stood before, and every question is asked when all of it is out. Where the right response is to abstain there is no
gold: such questions are counted and left out of the measures.
"""

from collections.abc import Sequence
from pathlib import Path

from shared.collections.collection import Collection
from shared.collections.reading import editions, pair
from shared.lines import each
from shared.messages import DocumentPublished, Question

FIELDS = frozenset({"document_id", "text"})
NEEDS = (
    "documents as JSON lines of the documents topic (document_id, title, text, published_at, op ...), or a folder with "
    "edition1.documents.jsonl, edition2.documents.jsonl ... and questions.jsonl; questions as JSON lines of the "
    "questions topic (question_id, text, gold_document_ids ...)"
)
KIND = "question answering"
MEASURES = "Whether questions about these documents are answered as their references say."
NOT_FOR = "Anything beyond these documents and this way of asking."


def read(files: Sequence[Path]) -> Collection:
    """Every edition in its order; a folder's own questions unless others are named."""
    if len(files) == 1 and files[0].is_dir():
        files = [files[0], files[0] / "questions.jsonl"]
    documents, questions = pair(files, "newswire")
    asked = each(questions, Question.model_validate)
    published = [document for file in editions(documents) for document in each(file, DocumentPublished.model_validate)]
    gold = {question.question_id: question.gold_document_ids for question in asked if question.gold_document_ids}
    return Collection("newswire", published, asked, {"gold": gold})
