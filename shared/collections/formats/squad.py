"""Passages with extractive questions in the format of SQuAD 1.1 and 2.0 (Rajpurkar et al. 2016, 2018), as XQuAD has it.

Every paragraph is a document of its own, and the one that answers its questions. There are no times: all
paragraphs have the same date, and every question may search all of them. A question marked `is_impossible` has no
accepted answer and no gold document.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from pydantic import BaseModel, ValidationError, model_validator

from shared import lines
from shared.collections.collection import Collection
from shared.messages import DocumentPublished, Question
from shared.records import reason_of
from shared.source_files import DataError

FIELDS = frozenset({"data"})
NEEDS = "JSON files of SQuAD as documents: data, paragraphs, context, qas; no file of questions"
KIND = "question answering"
MEASURES = "Whether a short answer that stands in one encyclopaedia paragraph is found and given."
NOT_FOR = "How current news is answered: the paragraphs are old and public, and a model may know them by heart."
EXPECTED = "of SQuAD is `data`, a list of articles with `paragraphs`, each with `context` and `qas`"
UNDATED = datetime(2016, 6, 16, tzinfo=UTC)


class _Answer(BaseModel):
    text: str


class _Asked(BaseModel):
    id: str
    question: str
    answers: list[_Answer] = []
    is_impossible: bool = False

    @model_validator(mode="after")
    def _has_answers(self) -> "_Asked":
        if not self.is_impossible and "answers" not in self.model_fields_set:
            raise ValueError("answers: no such field, and is_impossible is not said")
        return self


class _Paragraph(BaseModel):
    context: str
    qas: list[_Asked]


class _Article(BaseModel):
    title: str = ""
    paragraphs: list[_Paragraph]


class _File(BaseModel):
    data: list[_Article]


def read(files: Sequence[Path]) -> Collection:
    """One document for each paragraph, numbered on through all files; raises DataError that names file and place."""
    articles = [article for file in dict.fromkeys(path.resolve() for path in files) for article in _articles(file)]
    paragraphs = [
        (f"{number}-{place}", article.title, paragraph)
        for number, article in enumerate(articles)
        for place, paragraph in enumerate(article.paragraphs)
    ]
    asked = [_question(name, qa) for name, _, paragraph in paragraphs for qa in paragraph.qas]
    gold = {question.question_id: question.gold_document_ids for question in asked if question.gold_document_ids}
    return Collection("squad", [_document(*paragraph) for paragraph in paragraphs], asked, {"gold": gold})


def _articles(path: Path) -> Sequence[_Article]:
    try:
        return _File.model_validate(lines.whole(path)).data
    except ValidationError as error:
        raise DataError(f"{path}: {reason_of(error)}; {EXPECTED}", placed=True) from error


def _document(document_id: str, title: str, paragraph: _Paragraph) -> DocumentPublished:
    return DocumentPublished(
        document_id=document_id, title=title.replace("_", " "), text=paragraph.context, published_at=UNDATED
    )


def _question(document_id: str, qa: _Asked) -> Question:
    answers = () if qa.is_impossible else tuple(dict.fromkeys(answer.text for answer in qa.answers))
    return Question(
        question_id=qa.id,
        text=qa.question,
        references=answers if answers or qa.is_impossible else None,
        slice="unanswerable" if qa.is_impossible else "extractive",
        gold_document_ids=() if qa.is_impossible else (document_id,),
    )
