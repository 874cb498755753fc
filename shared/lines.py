"""JSON lines from a file or standard input: the one reader, whose errors name the file and the line.

A file may be gzipped (`.gz`) and may begin with a byte order mark. A line ends at a line feed or a carriage return, or
at both, and nowhere else, since JSON strings may hold every other character that counts as a line's end elsewhere.
"""

import codecs
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Generic, NamedTuple, TypeVar

from pydantic import BaseModel

from shared.records import parsed
from shared.source_files import DataError, RawLine, name_of, naming, opened, raw_lines, text_of

M = TypeVar("M", bound=BaseModel)
T = TypeVar("T")
Row = dict[str, Any]

ADVICE = "write one JSON object on each line"
ARRAY = "a JSON array, not JSON lines: write one object on each line (`jq -c '.[]' FILE` does so)"
LONGEST_LINE, LONGEST_WHOLE = 32 * 2**20, 512 * 2**20
"""Bytes, unpacked: of a line, and of a file that is one JSON value and is held whole."""


class Line(NamedTuple, Generic[M]):
    """One line: what it says, or why that cannot be read. `place` names the file and the line."""

    place: str
    number: int
    message: M | None
    error: str


def read(path: Path | str, kind: type[M]) -> Iterator[Line[M]]:
    """Every line that is not blank, good or bad; "-" is standard input. Raises FileNotFoundError with the name.

    Where the file cannot be read on, such as packed ones that are cut off, that is the last line, and a bad one.
    """
    place, number = name_of(path), 0
    try:
        for place, number, raw in _numbered(path):
            try:
                yield Line(place, number, parse(_whole_of(raw), kind), "")
            except ValueError as error:
                yield Line(place, number, None, str(error))
    except DataError as error:
        yield Line(f"{place}, the end" if number else place, number + 1, None, str(error))


def read_all(path: Path | str, kind: type[M]) -> list[M]:
    """What every line says; raises DataError that names the first bad line."""
    messages = []
    for line in read(path, kind):
        if line.message is None:
            raise DataError(f"{line.place}: {line.error}")
        messages.append(line.message)
    return messages


def rows(path: Path | str) -> Iterator[tuple[str, Row]]:
    """Each JSON object with its place; raises DataError that names the first line that is something else."""
    for place, _, raw in _numbered(path):
        with naming(place):
            row = _object(text_of(_whole_of(raw)), ADVICE)
        yield place, row


def each(path: Path, make: Callable[[Row], T]) -> list[T]:
    """What `make` makes of each row; a field that is missing or wrong is a DataError that names the line."""
    return [checked(place, make, row) for place, row in rows(path)]


def checked(place: str, make: Callable[[Row], T], row: Row) -> T:
    """What `make` makes of a row; whatever it raises is a DataError that names the place."""
    with naming(place):
        return make(row)


def whole(path: Path) -> Row:
    """A file that is one JSON object; raises DataError for anything else."""
    with naming(str(path)):
        with opened(path) as stream:
            content = stream.read(LONGEST_WHOLE + 1)
        if len(content) > LONGEST_WHOLE:
            raise DataError(f"more than {LONGEST_WHOLE} bytes; a file that is one JSON object is held whole")
        return _object(text_of(content), "this format is one JSON object")


def first(path: Path) -> Row:
    """The first object of a file, of JSON lines or whole: what a format is recognised by.

    Raises DataError where there is none.
    """
    start = next(_numbered(path), None)
    if start is None:
        raise DataError(f"{path} is empty")
    place, _, raw = start
    try:
        with naming(place):
            return _object(text_of(_whole_of(raw)), ADVICE)
    except DataError as error:
        try:
            return whole(path)
        except DataError:
            raise error from None


def parse(line: bytes, kind: type[M]) -> M:
    """One line as a model; raises ValueError that says what is wrong with it."""
    text = text_of(line)
    if text.lstrip().startswith("["):
        raise DataError(ARRAY)
    return parsed(kind, text)


def _whole_of(raw: RawLine) -> bytes:
    if raw.size > len(raw.text):
        raise DataError(f"a line of {raw.size} bytes, at most {LONGEST_LINE} are read; {ADVICE}")
    return raw.text


def _numbered(path: Path | str) -> Iterator[tuple[str, int, RawLine]]:
    """Each line that is not blank, with its place and its number."""
    name = name_of(path)
    with opened(path) as stream:
        for number, raw in enumerate(raw_lines(stream, LONGEST_LINE), start=1):
            if raw.size > len(raw.text) or raw.text.removeprefix(codecs.BOM_UTF8).strip():
                yield f"{name}, line {number}", number, raw


def _object(text: str, advice: str) -> Row:
    try:
        value = json.loads(text)
    except RecursionError:
        raise DataError("JSON that is nested too deeply") from None
    except ValueError as error:
        raise DataError(_array(text, advice) or f"no JSON ({error}); {advice}") from None
    if isinstance(value, dict):
        return value
    raise DataError(_array(text, advice) or f"JSON, but no object; {advice}")


def _array(text: str, advice: str) -> str:
    """What to do with an array, or the beginning of one, where lines are expected."""
    return ARRAY if advice == ADVICE and text.lstrip().startswith("[") else ""
