"""Reading collections from files: JSON lines, plain or gzipped, and JSON; errors name the file and the line."""

import gzip
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
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


def opened(path: Path) -> IO[str]:
    """The text of a file, unpacked where its name ends in .gz."""
    if path.suffix == ".gz":
        return cast(IO[str], gzip.open(path, "rt", encoding="utf-8"))
    return path.open(encoding="utf-8")


def rows(path: Path) -> Iterator[tuple[int, Row]]:
    """Each JSON object of a JSON-lines file with the number of its line; raises ValueError for anything else."""
    with opened(path) as lines:
        for number, line in enumerate(lines, start=1):
            if line.strip():
                yield number, _row(path, number, line)


def each(path: Path, make: Callable[[Row], T]) -> list[T]:
    """What `make` makes of each row; a field that is missing or wrong is a ValueError that names the line."""
    return list(_made(path, rows(path), make))


def fields_of(path: Path) -> frozenset[str]:
    """The fields of a file's first object, or of a folder's first file of documents; none where there is no object."""
    if path.is_dir():
        files = editions(path)
        return fields_of(files[0]) if files else frozenset()
    with opened(path) as lines:
        first = next((line for line in lines if line.strip()), "")
        value = _parsed(first) or _parsed(first + lines.read())
    return frozenset(value) if isinstance(value, dict) else frozenset()


def _made(path: Path, numbered: Iterable[tuple[int, Row]], make: Callable[[Row], T]) -> Iterator[T]:
    for number, row in numbered:
        try:
            yield make(row)
        except KeyError as error:
            raise ValueError(f"{path}, line {number}: no field {error}") from error
        except ValidationError as error:
            raise ValueError(f"{path}, line {number}: {reason_of(error)}") from error
        except (TypeError, ValueError) as error:
            raise ValueError(f"{path}, line {number}: {error}") from error


def _row(path: Path, number: int, line: str) -> Row:
    value = _parsed(line)
    if isinstance(value, dict):
        return value
    raise ValueError(f"{path}, line {number}: not a JSON object")


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None
