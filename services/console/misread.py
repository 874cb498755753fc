"""What a file seems to be where it is not the JSON lines that a command reads, and which command or option reads it."""

from collections.abc import Mapping
from pathlib import Path

from shared import lines
from shared.messages import Message

BEGINNING = 4_096
DOCUMENTS = (".pdf", ".txt", ".md", ".html", ".htm")
FOLDER = "`tiltyard feed folder FOLDER` publishes the PDF, text, Markdown and HTML files of a folder"


def refuse_foreign(path: Path) -> None:
    """Raise ValueError, with what to do, for a file that holds no JSON lines."""
    with path.open("rb") as file:
        beginning = file.read(BEGINNING)
    if beginning.startswith(b"%PDF"):
        raise ValueError(f"{path} is a PDF and not JSON lines: {FOLDER}")
    if b"\0" in beginning:
        raise ValueError(f"{path} is a binary file and not JSON lines, which are UTF-8 text with one object a line")
    if path.suffix.lower() in DOCUMENTS and not beginning.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        raise ValueError(f"{path} is a document and not JSON lines: {FOLDER}")


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
