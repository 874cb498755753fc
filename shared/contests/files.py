"""A contest as a TOML file: a name, a paragraph for each recipe, and one for each arm."""

import tomllib
from collections.abc import Iterable
from functools import cache
from importlib import resources
from itertools import takewhile
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from shared.contests.faults import KNOWN, FaultyContestError, of_schema
from shared.messages import Contest, ContestTaken, Result

FOLDER, SHIPPED = "shared.contests", "two_by_two"


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
    except FaultyContestError:
        raise
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
    """The contest of a file. Raises FaultyContestError as `parsed` does, and ValueError where it cannot be read."""
    try:
        content = file.read_bytes()
    except OSError as error:
        raise ValueError(f"{file} cannot be read: {error.strerror}") from error
    return parsed(content, str(file))


def text(name: str) -> str:
    """What stands in the file of a shipped contest. Raises ValueError for a name that is none."""
    if name not in names():
        raise ValueError(f"no contest {name!r} is shipped: choose one of {', '.join(names())}")
    return (resources.files(FOLDER) / f"{name}.toml").read_text(encoding="utf-8")


@cache
def about(name: str) -> str:
    """The first sentence of a shipped contest's file: what the contest is for. Raises ValueError as `text` does."""
    remarks = takewhile(lambda line: line.startswith("#"), text(name).splitlines())
    words = " ".join(line.removeprefix("#").strip() for line in remarks)
    return words.replace("`", "").split(". ")[0].removesuffix(".") + "."


@cache
def _shipped(name: str) -> Contest:
    return parsed(text(name).encode(), f"{name}.toml")


def parsed(content: bytes, name: str) -> Contest:
    """The contest that bytes say. Raises FaultyContestError that names them and says all that is wrong."""
    try:
        written = content.decode("utf-8-sig")
        said = tomllib.loads(written)
    except (ValueError, RecursionError) as error:  # of texts that are none, or numbers that are too long
        raise FaultyContestError(name, [f"is no TOML: {error}"]) from error
    unreadable = [part for part in KNOWN if not _are_paragraphs(said.get(part, ()))]
    parts = {part: [] if part in unreadable else _paragraphs(said.get(part, ()), part) for part in KNOWN}
    faults = [f"`{part}` are paragraphs that each begin with [[{part}]]" for part in unreadable]
    try:
        contest = Contest.model_validate(said | parts)
    except ValidationError as error:
        raise FaultyContestError(name, [*faults, *of_schema(error, said, written)]) from error
    if faults:
        raise FaultyContestError(name, faults)
    return contest


def _are_paragraphs(said: Any) -> bool:
    return isinstance(said, list | tuple) and all(isinstance(paragraph, dict) for paragraph in said)


def _paragraphs(paragraphs: Iterable[dict[str, Any]], part: str) -> list[dict[str, Any]]:
    return [_paragraph(paragraph, KNOWN[part]) for paragraph in paragraphs]


def _paragraph(paragraph: dict[str, Any], known: tuple[str, ...]) -> dict[str, Any]:
    """What is not a name is an option; a list of words is written as one line."""
    options = {key: ",".join(map(str, value)) if isinstance(value, list) else value
               for key, value in paragraph.items() if key not in known}  # fmt: skip
    return {key: value for key, value in paragraph.items() if key in known} | {"options": options}
