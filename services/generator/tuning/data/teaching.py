"""A teacher: a language model that writes and answers questions. Each file in `teachers/` is a way to reach one."""

import hashlib
import json
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import Protocol

from services.generator.ports import Chat
from shared.prompts import neutral, read

PROMPTS = "services.generator.tuning.data.prompts"
_PAIR = re.compile(
    r"^[\W\d]*Q(?:uestion)?\s*\d*\W*?:[\s*_]*(\S.*?)[\s*_]*\n+[\W\d]*A(?:nswer)?\s*\d*\W*?:[\s*_]*(\S.*?)[\s*_]*$",
    re.IGNORECASE | re.MULTILINE,
)
_BULLET = re.compile(r"^\s*(?:[-*•]|\(?\d+[.)])\s*")


KEPT_AFTER = 32
"""Chats, after which replies are written down: a teacher that fails later has not worked for nothing."""


class Teacher(Protocol):
    """A model that answers chats."""

    @property
    def name(self) -> str:
        """Which model it is; what it said is kept under this."""

    def ask(self, chats: Sequence[Chat]) -> list[str]:
        """One reply per chat, in order, "" where it has none.

        Raises UnreachableError or ValueError where no further question makes sense.
        """


@dataclass(frozen=True)
class TeacherPrompts:
    """One version of what a teacher is asked: to write pairs, to reword a question, to answer from a text."""

    version: str
    system: str
    pairs: Template
    paraphrases: Template
    answer: Template

    def chat(self, template: Template, **parts: str | int) -> Chat:
        """A request with the parts filled in and neutralised."""
        filled = {name: neutral(str(value)) for name, value in parts.items()}
        return Chat(self.system, template.substitute(filled))


def prompts(name: str) -> TeacherPrompts:
    """The file `prompts/<name>.toml`, or an own `.toml`. Raises ValueError where it is not complete."""
    version, parts = read(PROMPTS, name)
    try:
        texts = {part: Template(parts[part].strip()) for part in ("pairs", "paraphrases", "answer")}
        return TeacherPrompts(version=version, system=parts["system"].strip(), **texts)
    except KeyError as error:
        raise ValueError(f"prompt {name!r} is not complete: {error}") from error


def pairs_in(reply: str) -> list[tuple[str, str]]:
    """Questions with answers, each written as a line `Q: ...` and a line `A: ...`; everything else is passed over."""
    return [(question, answer) for question, answer in _PAIR.findall(reply)]


def questions_in(reply: str) -> list[str]:
    """Lines that ask something, without bullets and numbers."""
    lines = (_BULLET.sub("", line).strip() for line in reply.splitlines())
    return [line for line in lines if line.endswith("?")]


@dataclass(frozen=True)
class Remembering:
    """A teacher whose replies are kept on disk as they come, so that only what is new is asked.

    The key is the teacher's name and every word of the chat, and so also the document's content and the prompt.
    """

    teacher: Teacher
    folder: Path

    @property
    def name(self) -> str:
        return self.teacher.name

    def ask(self, chats: Sequence[Chat]) -> list[str]:
        known = {chat: file.read_text(encoding="utf-8") for chat in chats if (file := self._file(chat)).is_file()}
        new = [chat for chat in dict.fromkeys(chats) if chat not in known]
        for start in range(0, len(new), KEPT_AFTER):
            part = new[start : start + KEPT_AFTER]
            for chat, reply in zip(part, self.teacher.ask(part), strict=True):
                known[chat] = reply
                if reply:
                    _put(self._file(chat), reply)
        return [known[chat] for chat in chats]

    def _file(self, chat: Chat) -> Path:
        key = json.dumps([self.teacher.name, chat.system, chat.user_turn])
        digest = hashlib.sha256(key.encode()).hexdigest()
        return self.folder / digest[:2] / f"{digest}.txt"


def _put(file: Path, text: str) -> None:
    """Whole or not at all: a second run may be reading."""
    file.parent.mkdir(parents=True, exist_ok=True)
    making = file.with_suffix(f".{os.getpid()}")
    making.write_text(text, encoding="utf-8")
    making.replace(file)
