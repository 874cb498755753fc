"""A contest as a TOML file: a name, a paragraph for each recipe, and one for each arm."""

import tomllib
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from shared.messages import Contest, ContestTaken, Result
from shared.records import reason_of

FOLDER, SHIPPED = "shared.contests", "two_by_two"
KNOWN = {"arms": ("name", "speaker", "context"), "recipes": ("name",)}


@cache
def shipped() -> Contest:
    """The 2 x 2 that holds where no contest was announced."""
    return _shipped(SHIPPED)


def names() -> list[str]:
    """The contests that are shipped."""
    files = resources.files(FOLDER).iterdir()
    return sorted(file.name.removesuffix(".toml") for file in files if file.name.endswith(".toml"))


def chosen(name_or_file: str) -> Contest:
    """A shipped contest by its name, or the contest of a file. Raises ValueError as `read` does."""
    if name_or_file in names():
        return _shipped(name_or_file)
    try:
        return read(Path(name_or_file))
    except ValueError as error:
        raise ValueError(f"{error}; shipped contests are {', '.join(names())}") from error


@cache
def before_contests() -> ContestTaken:
    """What results of before there were contests belong to: the arms of the shipped one, under a name of its own."""
    return shipped().taken.model_copy(update={"name": "before-contests", "digest": ""})


def of_result(result: Result) -> ContestTaken:
    """The contest of a result, whenever it was made."""
    return result.contest or before_contests()


def read(file: Path) -> Contest:
    """The contest of a file. Raises ValueError that names the file and says what is wrong in it."""
    try:
        content = file.read_bytes()
    except OSError as error:
        raise ValueError(f"{file} cannot be read: {error.strerror}") from error
    return parsed(content, str(file))


def _shipped(name: str) -> Contest:
    return parsed((resources.files(FOLDER) / f"{name}.toml").read_bytes(), f"{name}.toml")


def parsed(content: bytes, name: str) -> Contest:
    """The contest that bytes say. Raises ValueError that names them and says what is wrong."""
    try:
        said = tomllib.loads(content.decode("utf-8-sig"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise ValueError(f"{name} is no TOML: {error}") from error
    try:
        return Contest.model_validate(said | {part: _paragraphs(said.get(part, ()), part, name) for part in KNOWN})
    except ValidationError as error:
        raise ValueError(f"{name}: {reason_of(error)}") from error


def _paragraphs(paragraphs: Any, part: str, name: str) -> list[Any]:
    if not isinstance(paragraphs, list | tuple) or not all(isinstance(paragraph, dict) for paragraph in paragraphs):
        raise ValueError(f"{name}: `{part}` are paragraphs that each begin with [[{part}]]")
    return [_paragraph(paragraph, KNOWN[part]) for paragraph in paragraphs]


def _paragraph(paragraph: dict[str, Any], known: tuple[str, ...]) -> dict[str, Any]:
    """What is not a name is an option; a list of words is written as one line."""
    options = {key: ",".join(map(str, value)) if isinstance(value, list) else value
               for key, value in paragraph.items() if key not in known}  # fmt: skip
    return {key: value for key, value in paragraph.items() if key in known} | {"options": options}
