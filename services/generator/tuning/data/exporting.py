"""A dataset as JSON lines that other trainers read: chats as `messages`, raw text as `text`, our own fields beside."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from services.generator.answer_prompt import Prompt, neutral
from services.generator.contexts import closed_book, passages
from services.generator.ports import Chat
from services.generator.tuning.data.dataset import Dataset
from services.generator.tuning.data.example import Example
from shared.messages import Question


def export(dataset: Dataset, file: Path, *, closed_book_prompt: Prompt, rag_prompt: Prompt) -> int:
    """Write every example of every split; returns how many. The file is there whole or not at all."""
    file.parent.mkdir(parents=True, exist_ok=True)
    making, count = file.with_name(file.name + ".making"), 0
    with making.open("w", encoding="utf-8") as stream:
        for count, line in enumerate(lines(dataset, closed_book_prompt, rag_prompt), start=1):  # noqa: B007
            stream.write(json.dumps(line, ensure_ascii=False) + "\n")
    making.replace(file)
    return count


def lines(dataset: Dataset, closed_book_prompt: Prompt, rag_prompt: Prompt) -> Iterator[dict[str, Any]]:
    """Each example in the words that the arms ask with, its split, and the revisions that it was made from."""
    prompts = {"closed_book": closed_book_prompt, "rag": rag_prompt}
    held_out = [document.revision for document in dataset.held_out]
    known = {of.document_id: of for of in (*dataset.revisions, *held_out)}
    for split, example in dataset.splits():
        yield _content(example, prompts) | {
            "split": split,
            "builder": example.builder,
            "form": example.form,
            "abstains": example.abstains,
            "group": example.group,
            "prompt": prompts[example.form].version if example.form in prompts else "",
            "documents": [
                {"document_id": name, "revision": known[name].revision, "content_hash": known[name].content_hash}
                if name in known
                else {"document_id": name}
                for name in example.document_ids
            ],
        }


def _content(example: Example, prompts: dict[str, Prompt]) -> dict[str, Any]:
    answer = neutral(example.answer.strip())
    if example.form == "text":
        return {"text": answer}
    chat = _chat(example, prompts[example.form])
    turns = (("system", chat.system), ("user", chat.user), ("assistant", answer))
    return {"messages": [{"role": role, "content": content} for role, content in turns]}


def _chat(example: Example, prompt: Prompt) -> Chat:
    question = Question(question_id="example", text=example.question, choices=example.choices)
    if example.form == "rag":
        return passages.chat(question, example.passages, prompt)
    return closed_book.chat(question, prompt)
