"""A dataset as JSON lines that other trainers read: chats as `messages`, raw text as `text`, our own fields beside."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from services.generator.answer_prompt import Prompt, neutral
from services.generator.contexts import closed_book, passages
from services.generator.ports import Chat
from services.generator.tuning.data.dataset import Dataset, Split
from services.generator.tuning.data.example import Example
from services.generator.tuning.data.learned import LearnedRevision
from shared.messages import Question


class Turn(BaseModel):
    """One message of a chat, as trainers read them."""

    model_config = ConfigDict(frozen=True)
    role: Literal["system", "user", "assistant"]
    content: str


class UnknownDocument(BaseModel):
    """A document of which the dataset holds no revision."""

    model_config = ConfigDict(frozen=True)
    document_id: str


class ExportedExample(BaseModel):
    """One line of an export: `text` or `messages`, and our own fields. What is None is not written."""

    model_config = ConfigDict(frozen=True)
    text: str | None
    messages: tuple[Turn, ...] | None
    split: Split
    builder: str
    form: str
    abstains: bool
    group: str
    prompt: str
    documents: tuple[LearnedRevision | UnknownDocument, ...]


def export(dataset: Dataset, file: Path, *, closed_book_prompt: Prompt, rag_prompt: Prompt) -> int:
    """Write every example of every split; returns how many. The file is there whole or not at all."""
    file.parent.mkdir(parents=True, exist_ok=True)
    making, count = file.with_name(file.name + ".making"), 0
    with making.open("w", encoding="utf-8") as stream:
        for count, line in enumerate(lines(dataset, closed_book_prompt, rag_prompt), start=1):  # noqa: B007
            stream.write(json.dumps(line.model_dump(mode="json", exclude_none=True), ensure_ascii=False) + "\n")
    making.replace(file)
    return count


def lines(dataset: Dataset, closed_book_prompt: Prompt, rag_prompt: Prompt) -> Iterator[ExportedExample]:
    """Each example in the words that the arms ask with, its split, and the revisions that it was made from."""
    prompts = {"closed_book": closed_book_prompt, "rag": rag_prompt}
    held_out = [document.revision for document in dataset.held_out]
    known = {of.document_id: LearnedRevision.of(of) for of in (*dataset.revisions, *held_out)}
    for split, example in dataset.splits():
        is_text, answer = example.form == "text", neutral(example.answer.strip())
        yield ExportedExample(
            text=answer if is_text else None,
            messages=None if is_text else _turns(example, prompts[example.form], answer),
            split=split,
            builder=example.builder,
            form=example.form,
            abstains=example.abstains,
            group=example.group,
            prompt="" if is_text else prompts[example.form].version,
            documents=tuple(known.get(name) or UnknownDocument(document_id=name) for name in example.document_ids),
        )


def _turns(example: Example, prompt: Prompt, answer: str) -> tuple[Turn, ...]:
    chat = _chat(example, prompt)
    return (
        Turn(role="system", content=chat.system),
        Turn(role="user", content=chat.user_turn),
        Turn(role="assistant", content=answer),
    )


def _chat(example: Example, prompt: Prompt) -> Chat:
    question = Question(question_id="example", text=example.question, choices=example.choices)
    if example.form == "rag":
        return passages.chat(question, example.passages, prompt)
    return closed_book.chat(question, prompt)
