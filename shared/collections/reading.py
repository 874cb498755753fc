"""Which files a collection is in, the fields that its format is recognised by, and lists of texts in a row."""

from collections.abc import Sequence
from pathlib import Path

from shared import lines
from shared.lines import Row
from shared.source_files import DataError


def pair(files: Sequence[Path], name: str) -> tuple[Path, Path]:
    """The file of documents and the file of questions; raises ValueError for fewer or more."""
    if len(files) != 2:
        there = ", ".join(map(str, files))
        raise ValueError(f"{name} needs two files, documents and then questions (--questions); there is {there}")
    return files[0], files[1]


def editions(path: Path) -> list[Path]:
    """The files of documents in a folder, in the order of their names, or the one file that is named."""
    return sorted(path.glob("*documents.jsonl*")) if path.is_dir() else [path]


def fields_of(path: Path) -> frozenset[str]:
    """The fields of a file's first object, or of a folder's first file of documents.

    Raises DataError where there is no object.
    """
    if path.is_dir():
        files = editions(path)
        return fields_of(files[0]) if files else frozenset()
    return frozenset(lines.first(path))


def texts(row: Row, field: str) -> tuple[str, ...]:
    """A list of texts, empty where the row says null; raises KeyError, and DataError for anything else."""
    value = [] if row[field] is None else row[field]
    if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
        raise DataError(f"{field}: a list of texts is expected")
    return tuple(value)
