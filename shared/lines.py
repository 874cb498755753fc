"""JSON lines from a file or standard input: the one reader, whose errors name the file and the line.

A file may be gzipped (`.gz`) and may begin with a byte order mark. A line ends at a line feed and nowhere else, since
JSON strings may hold every other character that counts as a line's end elsewhere.
"""

import codecs
import gzip
import json
import sys
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Generic, NamedTuple, TypeVar, cast

from pydantic import BaseModel, ValidationError

from shared.records import parsed, reason_of

M = TypeVar("M", bound=BaseModel)
T = TypeVar("T")
Row = dict[str, Any]

STANDARD_INPUT = "-"
ADVICE = "write one JSON object on each line"
GZIP, LINE_FEED = b"\x1f\x8b", b"\n"


class Line(NamedTuple, Generic[M]):
    """One line: what it says, or why that cannot be read. `place` names the file and the line."""

    place: str
    number: int
    message: M | None
    error: str


def read(path: Path | str, kind: type[M]) -> Iterator[Line[M]]:
    """Every line that is not blank, good or bad; "-" is standard input. Raises FileNotFoundError with the name."""
    for place, number, line in _numbered(path):
        try:
            yield Line(place, number, parse(line, kind), "")
        except ValueError as error:
            yield Line(place, number, None, str(error))


def read_all(path: Path | str, kind: type[M]) -> list[M]:
    """What every line says; raises ValueError that names the first bad line."""
    messages = []
    for line in read(path, kind):
        if line.message is None:
            raise ValueError(f"{line.place}: {line.error}")
        messages.append(line.message)
    return messages


def rows(path: Path | str) -> Iterator[tuple[str, Row]]:
    """Each JSON object with its place; raises ValueError that names the first line that is something else."""
    for place, _, line in _numbered(path):
        with _named(place):
            row = _object(text_of(line), ADVICE)
        yield place, row


def each(path: Path, make: Callable[[Row], T]) -> list[T]:
    """What `make` makes of each row; a field that is missing or wrong is a ValueError that names the line."""
    return [checked(place, make, row) for place, row in rows(path)]


def checked(place: str, make: Callable[[Row], T], row: Row) -> T:
    """What `make` makes of a row; a field that is missing or wrong is a ValueError that names the place."""
    try:
        return make(row)
    except ValidationError as error:
        raise ValueError(f"{place}: {reason_of(error)}") from error
    except (KeyError, TypeError, ValueError) as error:
        what = f"no field {error}" if isinstance(error, KeyError) else str(error)
        raise ValueError(f"{place}: {what}") from error


def whole(path: Path) -> Row:
    """A file that is one JSON object; raises ValueError for anything else."""
    with _opened(path) as stream:
        content = stream.read()
    with _named(str(path)):
        return _object(text_of(content), "this format is one JSON object")


def first(path: Path) -> Row:
    """The first object of a file, of JSON lines or whole: what a format is recognised by.

    Raises ValueError where there is none.
    """
    start = next(_numbered(path), None)
    if start is None:
        raise ValueError(f"{path} is empty")
    place, _, line = start
    try:
        return _object(text_of(line), ADVICE)
    except ValueError as error:
        try:
            return whole(path)
        except ValueError:
            raise ValueError(f"{place}: {error}") from None


def parse(line: bytes, kind: type[M]) -> M:
    """One line as a model; raises ValueError that says what is wrong with it."""
    return parsed(kind, text_of(line))


def text_of(content: bytes) -> str:
    """Text without a byte order mark; raises ValueError that says where the first bad byte is."""
    try:
        return content.removeprefix(codecs.BOM_UTF8).decode("utf-8")
    except UnicodeDecodeError as error:
        read, bad = content[: error.start], content[error.start]
        where = f"byte {len(read) - read.rfind(LINE_FEED)}"
        if number := read.count(LINE_FEED):
            where += f" of line {number + 1}"
        advice = "name it .gz if it is gzipped" if content.startswith(GZIP) else "save it as UTF-8"
        raise ValueError(f"not UTF-8 text ({where} is 0x{bad:02x}); {advice}") from None


def _numbered(path: Path | str) -> Iterator[tuple[str, int, bytes]]:
    """Each line that is not blank, with its place and its number."""
    name = "standard input" if path == STANDARD_INPUT else str(path)
    with _opened(path) as stream:
        for number, line in enumerate(stream, start=1):
            if line.removeprefix(codecs.BOM_UTF8).strip():
                yield f"{name}, line {number}", number, line


@contextmanager
def _opened(path: Path | str) -> Iterator[IO[bytes]]:
    """The bytes, unpacked where the name ends in .gz. Raises ValueError for what cannot be unpacked."""
    if path == STANDARD_INPUT:
        yield sys.stdin.buffer
        return
    if not Path(path).is_file():
        raise FileNotFoundError(f"no file {path}")
    try:
        with cast(IO[bytes], gzip.open(path)) if Path(path).suffix == ".gz" else Path(path).open("rb") as stream:
            yield stream
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise ValueError(f"{path} cannot be unpacked ({error}): it is no gzip file, or only a part of one") from error


@contextmanager
def _named(place: str) -> Iterator[None]:
    """Put the place before what is wrong there."""
    try:
        yield
    except ValueError as error:
        raise ValueError(f"{place}: {error}") from None


def _object(text: str, advice: str) -> Row:
    try:
        value = json.loads(text)
    except ValueError as error:
        raise ValueError(f"no JSON ({error}); {advice}") from None
    if isinstance(value, dict):
        return value
    raise ValueError(f"JSON, but no object; {advice}")
