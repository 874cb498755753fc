"""Reading collections from files: JSON lines, plain or gzipped, and JSON; errors name the file and the line."""

import gzip
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, TypeVar, cast

from pydantic import ValidationError

from shared.records import reason_of

T = TypeVar("T")
Row = dict[str, Any]


def pair(files: Sequence[Path], name: str) -> tuple[Path, Path]:
    """The file of documents and the file of questions; raises ValueError for fewer or more."""
    if len(files) != 2:
        there = ", ".join(map(str, files))
        raise ValueError(f"{name} needs two files, documents and then questions (--questions); there is {there}")
    return files[0], files[1]


def editions(path: Path) -> list[Path]:
    """The files of documents in a folder, in the order of their names, or the one file that is named."""
    return sorted(path.glob("*documents.jsonl*")) if path.is_dir() else [path]


@contextmanager
def opened(path: Path) -> Iterator[IO[str]]:
    """The text of a file, unpacked where its name ends in .gz; a byte order mark is skipped.

    Raises ValueError for what is no UTF-8 or cannot be unpacked, also while it is read.
    """
    try:
        with (
            gzip.open(path, "rt", encoding="utf-8-sig")
            if path.suffix == ".gz"
            else path.open(encoding="utf-8-sig") as file
        ):
            yield cast(IO[str], file)
    except UnicodeDecodeError as error:
        raise ValueError(
            f"{path} is not UTF-8 text ({error.reason}): save it as UTF-8, or name it .gz if it is"
        ) from error
    except (gzip.BadGzipFile, EOFError) as error:
        raise ValueError(f"{path} cannot be unpacked ({error}): it is no gzip file, or only a part of one") from error


def lines(path: Path) -> Iterator[tuple[str, str]]:
    """Each line of a file that is not blank, with its place as messages name it."""
    with opened(path) as file:
        for number, line in enumerate(file, start=1):
            if line.strip():
                yield f"{path}, line {number}", line


def rows(path: Path) -> Iterator[tuple[str, Row]]:
    """Each JSON object of a JSON-lines file with its place; raises ValueError for anything else."""
    for place, line in lines(path):
        yield place, _row(place, line)


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


def fields_of(path: Path) -> frozenset[str]:
    """The fields of a file's first object, or of a folder's first file of documents; none where there is no object."""
    if path.is_dir():
        files = editions(path)
        return fields_of(files[0]) if files else frozenset()
    with opened(path) as file:
        first = next((line for line in file if line.strip()), "")
        value = _parsed(first) or _parsed(first + file.read())
    return frozenset(value) if isinstance(value, dict) else frozenset()


def _row(place: str, line: str) -> Row:
    value = _parsed(line)
    if isinstance(value, dict):
        return value
    raise ValueError(f"{place}: not a JSON object")


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None
