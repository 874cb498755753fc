"""Passages with extractive questions in the format of SQuAD 1.1 (Rajpurkar et al. 2016), as XQuAD has it.

Every paragraph is a document of its own, and the one that answers its questions. There are no times: all
paragraphs have the same date, and every question may search all of them.
"""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from services.retriever.evaluation.collection import Collection
from services.retriever.evaluation.reading import opened
from shared.messages import DocumentPublished, Question

FIELDS = frozenset({"data"})
NEEDS = "one JSON file of SQuAD 1.1 as documents: data, paragraphs, context, qas; no file of questions"
UNDATED = datetime(2016, 6, 16, tzinfo=UTC)


def read(documents: Path, questions: Path | None) -> Collection:
    """One document for each paragraph; `questions` may name the same file again."""
    if questions is not None and questions.resolve() != documents.resolve():
        raise ValueError(f"squad has its questions in {documents}: leave --questions out")
    with opened(documents) as file:
        articles = json.load(file)["data"]
    paragraphs = [
        (f"{number}-{place}", article.get("title", ""), paragraph)
        for number, article in enumerate(articles)
        for place, paragraph in enumerate(article["paragraphs"])
    ]
    asked = [_question(name, qa) for name, _, paragraph in paragraphs for qa in paragraph["qas"]]
    gold = {one.question_id: one.gold_document_ids for one in asked}
    return Collection("squad", [_document(*paragraph) for paragraph in paragraphs], asked, {"gold": gold})


def _document(document_id: str, title: str, paragraph: dict[str, Any]) -> DocumentPublished:
    return DocumentPublished(
        document_id=document_id, title=title.replace("_", " "), text=paragraph["context"], published_at=UNDATED
    )


def _question(document_id: str, qa: dict[str, Any]) -> Question:
    return Question(question_id=qa["id"], text=qa["question"], gold_document_ids=(document_id,))
