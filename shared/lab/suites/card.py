"""A suite's card: what it is, whose it is, what it measures and what it must not be used for."""

import re
import tomllib
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from shared.source_files import text_of

FILE = "suite.toml"
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class Kind(StrEnum):
    """What a suite's questions ask for."""

    question_answering = "question answering"
    multiple_choice = "multiple choice"
    abstention = "abstention"
    summarisation = "summarisation"
    conversation = "conversation"


class Card(BaseModel):
    """What `suite.toml` says; every field but `documents` is required."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,31}$", description="part of the ids and tags of a run")
    version: str = Field(pattern=r"^[0-9A-Za-z.]{1,8}$", description="raised with every change of the contents")
    kind: Kind
    licence: Words
    source: Words = Field(description="where the questions and documents come from")
    measures: Words
    not_for: Words = Field(description="what it must not be used for")
    documents: Words = Field(
        default=".", description="file of documents, or folder of `*documents.jsonl`, seen from here"
    )
    slices: dict[str, Words] = Field(min_length=1, description="each slice of the questions with what it asks for")

    @property
    def title(self) -> str:
        return f"{self.name}@{self.version}"


def read(folder: Path) -> Card | list[str]:
    """The card of a suite, or every error in it with its file and line; FileNotFoundError where there is none."""
    file = folder / FILE
    if not file.is_file():
        raise FileNotFoundError(f"no file {file}: a suite is a folder with {FILE}, questions.jsonl and documents")
    try:
        text = text_of(file.read_bytes())
        return Card.model_validate(tomllib.loads(text.replace("\r\n", "\n")))
    except ValidationError as error:
        return list(_errors(file, text, error))
    except (ValueError, RecursionError) as error:
        return [f"{file}: {error}"]


def _errors(file: Path, text: str, error: ValidationError) -> Iterator[str]:
    for detail in error.errors(include_url=False, include_input=False):
        path = [str(part) for part in detail["loc"]]
        match = re.search(rf'^\s*\[?"?{re.escape(path[-1])}\b', text, flags=re.MULTILINE) if path else None
        line = f", line {text.count(chr(10), 0, match.end()) + 1}" if match else ""
        yield f"{file}{line}: {'.'.join(path)}: {detail['msg']}"


def written(card: Card) -> str:
    """The card as TOML."""
    fields = card.model_dump(mode="json", exclude={"slices"}, exclude_defaults=True)
    lines = [f"{name} = {_quoted(value)}" for name, value in fields.items()]
    slices = [f"{_quoted(name)} = {_quoted(about)}" for name, about in card.slices.items()]
    return "\n".join([*lines, "", "[slices]", *slices]) + "\n"


def _quoted(text: str) -> str:
    """A basic string of TOML 1.0."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + re.sub(r"[\x00-\x1f\x7f]", lambda match: f"\\u{ord(match.group()):04x}", escaped) + '"'
