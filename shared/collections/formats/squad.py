"""Passages with extractive questions in the format of SQuAD 1.1 and 2.0 (Rajpurkar et al. 2016, 2018), as XQuAD has it.

Every paragraph is a document of its own, and the one that answers its questions. There are no times: all
paragraphs have the same date, and every question may search all of them. A question marked `is_impossible` has no
accepted answer and no gold document.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from shared import lines
from shared.collections.collection import Collection
from shared.messages import DocumentPublished, Question

FIELDS = frozenset({"data"})
NEEDS = "JSON files of SQuAD as documents: data, paragraphs, context, qas; no file of questions"
KIND = "question answering"
MEASURES = "Whether a short answer that stands in one encyclopaedia paragraph is found and given."
NOT_FOR = "How current news is answered: the paragraphs are old and public, and a model may know them by heart."
UNDATED = datetime(2016, 6, 16, tzinfo=UTC)


def read(files: Sequence[Path]) -> Collection:
    """One document for each paragraph, numbered on through all files; raises ValueError that names a file."""
    articles = [article for file in dict.fromkeys(path.resolve() for path in files) for article in _articles(file)]
    paragraphs = [
        (f"{number}-{place}", article.get("title", ""), paragraph)
        for number, article in enumerate(articles)
        for place, paragraph in enumerate(article["paragraphs"])
    ]
    asked = [_question(name, qa) for name, _, paragraph in paragraphs for qa in paragraph["qas"]]
    gold = {question.question_id: question.gold_document_ids for question in asked if question.gold_document_ids}
    return Collection("squad", [_document(*paragraph) for paragraph in paragraphs], asked, {"gold": gold})


def _articles(path: Path) -> list[dict[str, Any]]:
    try:
        articles: list[dict[str, Any]] = lines.whole(path)["data"]
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{path}: not JSON with `data`, as SQuAD has it; leave other files out") from error
    return articles


def _document(document_id: str, title: str, paragraph: dict[str, Any]) -> DocumentPublished:
    return DocumentPublished(
        document_id=document_id, title=title.replace("_", " "), text=paragraph["context"], published_at=UNDATED
    )


def _question(document_id: str, qa: dict[str, Any]) -> Question:
    impossible = bool(qa.get("is_impossible"))
    answers = () if impossible else tuple(dict.fromkeys(answer["text"] for answer in qa["answers"]))
    return Question(
        question_id=qa["id"],
        text=qa["question"],
        references=answers if answers or impossible else None,
        slice="unanswerable" if impossible else "extractive",
        gold_document_ids=() if impossible else (document_id,),
    )
