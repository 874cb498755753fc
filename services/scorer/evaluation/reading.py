"""Reading files of predictions: JSON lines and JSON, plain or gzipped; every error names the file and the line."""

import gzip
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, TypeVar, cast

from pydantic import ValidationError

from shared.records import reason_of

T = TypeVar("T")
Row = dict[str, Any]


def rows(path: Path) -> Iterator[tuple[str, Row]]:
    """Each JSON object of a JSON-lines file with its place; raises ValueError for a line that is something else."""
    with _opened(path) as lines:
        for number, line in enumerate(lines, start=1):
            if line.strip():
                place = f"{path}, line {number}"
                yield place, _object(line, place, "write one JSON object on each line")


def whole(path: Path) -> Row:
    """A file that is one JSON object; raises ValueError for anything else."""
    with _opened(path) as file:
        return _object(file.read(), str(path), "this format is one JSON object")


def first(path: Path) -> Row:
    """The first object of a file, of JSON lines or whole: what its format is recognised by.

    Raises ValueError where there is none.
    """
    with _opened(path) as file:
        line = next((line for line in file if line.strip()), "")
        if not line:
            raise ValueError(f"{path} is empty: it holds no predictions")
        try:
            return _object(line, f"{path}, line 1", "")
        except ValueError as error:
            rest = file.read()
            try:
                return _object(line + rest, str(path), "")
            except ValueError:
                raise ValueError(f"{error}; write one JSON object on each line") from None


def checked(place: str, make: Callable[[Row], T], row: Row) -> T:
    """What `make` makes of a row; a field that is missing or wrong is a ValueError that names the place."""
    try:
        return make(row)
    except ValidationError as error:
        raise ValueError(f"{place}: {reason_of(error)}") from error
    except (KeyError, TypeError, ValueError) as error:
        what = f"no field {error}" if isinstance(error, KeyError) else str(error)
        raise ValueError(f"{place}: {what}") from error


@contextmanager
def _opened(path: Path) -> Iterator[IO[str]]:
    """The text of a file, unpacked where its name ends in .gz; a byte order mark is skipped."""
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


def _object(text: str, place: str, advice: str) -> Row:
    told = f"; {advice}" if advice else ""
    try:
        value = json.loads(text)
    except ValueError as error:
        raise ValueError(f"{place}: no JSON ({error}){told}") from None
    if isinstance(value, dict):
        return value
    raise ValueError(f"{place}: JSON, but no object{told}")
