"""What a file seems to be where it is not the JSON lines that a command reads, and which command or option reads it."""

import codecs
import json
from collections.abc import Mapping
from pathlib import Path

from shared import lines, source_files
from shared.messages import Message
from shared.source_files import DataError

BEGINNING = 4_096
DOCUMENTS = (".pdf", ".txt", ".md", ".html", ".htm")
FOLDER = "`tiltyard feed folder FOLDER` publishes the PDF, text, Markdown and HTML files of a folder"


def refuse_foreign(path: Path) -> None:
    """Raise DataError, with what to do, for a file that holds no JSON lines."""
    beginning = source_files.beginning(path, BEGINNING)
    text = beginning.removeprefix(codecs.BOM_UTF8).lstrip()
    if beginning.startswith(b"%PDF"):
        raise DataError(f"{path} is a PDF and not JSON lines: {FOLDER}")
    if beginning.startswith(source_files.UTF_16):
        raise DataError(f"{path} is UTF-16, and JSON lines are UTF-8 text with one object a line: save it as UTF-8")
    if b"\0" in beginning and (not text.startswith(b"{") or text.startswith(b"{\0")):
        raise DataError(f"{path} is a binary file and not JSON lines, which are UTF-8 text with one object a line")
    if path.suffix.lower() in DOCUMENTS and not text.startswith(b"{"):
        raise DataError(f"{path} is a document and not JSON lines: {FOLDER}")
    if _one_array(text):
        raise DataError(f"{path} is {lines.ARRAY}")
    if text.splitlines()[:1] == [b"{"]:
        raise DataError(f"{path} is JSON over several lines, not JSON lines: `jq -c . FILE` writes one object a line")


def _one_array(text: bytes) -> bool:
    """Whether this begins one array; a whole array in the first of several lines is a bad line like others."""
    first, _, more = text.partition(b"\n")
    if not first.startswith(b"["):
        return False
    try:
        json.loads(first)
    except (ValueError, RecursionError):
        return True
    return not more.strip()


def refuse_other_kind(path: Path, kind: str, kinds: Mapping[str, type[Message]]) -> None:
    """Raise ValueError where the first line is not of `kind` and is of exactly one other: it names the option."""
    fits = [name for name, message in kinds.items() if _first_fits(path, message)]
    if len(fits) == 1 and kind not in fits:
        raise ValueError(
            f"{path} holds {fits[0]} and not {kind}, as its first line shows: add `--kind {fits[0]}`. "
            "Nothing was published."
        )


def _first_fits(path: Path, message: type[Message]) -> bool:
    try:
        return any(line.message is not None for line in [next(lines.read(str(path), message))])
    except (StopIteration, ValueError):  # no line at all, or bytes that the reading itself will name
        return False
