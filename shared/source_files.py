"""The bytes of files that somebody else made: opened, unpacked, cut into lines, and whatever is wrong said in one line.

A file may be gzipped (`.gz`). A line ends at a line feed or a carriage return, or at both.
"""

import codecs
import gzip
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, NamedTuple, cast

from pydantic import ValidationError

from shared.records import bounded, reason_of

STANDARD_INPUT = "-"
GZIP, LINE_FEED, ENDS = b"\x1f\x8b", b"\n", (b"\n", b"\r")
UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class DataError(ValueError):
    """What somebody's file holds cannot be read; says what was expected, and, once it is `placed`, where it stands.

    The exit code is 65.
    """

    def __init__(self, message: str, *, placed: bool = False) -> None:
        super().__init__(message)
        self.placed = placed


class RawLine(NamedTuple):
    """The bytes of a line with its end, or nothing of one that is too long; `size` counts them all."""

    text: bytes
    size: int
    ended: bool


@contextmanager
def naming(place: str) -> Iterator[None]:
    """Whatever reading somebody's data raises is a DataError that names the place, short of memory and lost files."""
    try:
        yield
    except (MemoryError, FileNotFoundError):
        raise
    except DataError as error:
        if error.placed or str(error).startswith(place):
            raise
        raise DataError(f"{place}: {error}", placed=True) from None
    except Exception as error:  # data that others made may be wrong in every way
        raise DataError(f"{place}: {_reason(error)}", placed=True) from error


@contextmanager
def opened(path: Path | str) -> Iterator[IO[bytes]]:
    """The bytes of a file or of standard input, unpacked where the name ends in .gz.

    Raises FileNotFoundError, and DataError for what cannot be read or unpacked.
    """
    if path == STANDARD_INPUT:
        yield sys.stdin.buffer
        return
    if not Path(path).is_file():
        raise FileNotFoundError(f"no file {path}")
    try:
        with cast(IO[bytes], gzip.open(path)) if Path(path).suffix == ".gz" else Path(path).open("rb") as stream:
            yield stream
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise DataError(
            f"{path} cannot be unpacked ({error}): it is no gzip file, or only a part of one", placed=True
        ) from error
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror or error}", placed=True) from error


def name_of(path: Path | str) -> str:
    """What a file is called in messages."""
    return "standard input" if path == STANDARD_INPUT else str(path)


def beginning(path: Path, size: int) -> bytes:
    """The first bytes, unpacked."""
    with naming(str(path)), opened(path) as stream:
        return stream.read(size)


def raw_lines(stream: IO[bytes], longest: int) -> Iterator[RawLine]:
    """Every line from where the stream stands; of one longer than so many bytes nothing is held."""
    while text := stream.readline(longest + 1):
        if len(text) <= longest or text.endswith(LINE_FEED):
            yield from (_raw(part, longest) for part in text.splitlines(keepends=True))
            continue
        size = len(text)
        while text and not text.endswith(LINE_FEED):
            text = stream.readline(longest)
            size += len(text)
        yield RawLine(b"", size, ended=bool(text))


def text_of(content: bytes) -> str:
    """Text without a byte order mark; raises DataError that says where the first bad byte is."""
    try:
        return content.removeprefix(codecs.BOM_UTF8).decode("utf-8")
    except UnicodeDecodeError as error:
        read, bad = content[: error.start], content[error.start]
        where = f"byte {len(read) - read.rfind(LINE_FEED)}"
        if number := read.count(LINE_FEED):
            where += f" of line {number + 1}"
        advice = "name it .gz if it is gzipped" if content.startswith(GZIP) else "save it as UTF-8"
        advice = f"it begins as UTF-16: {advice}" if content.startswith(UTF_16) else advice
        raise DataError(f"not UTF-8 text ({where} is 0x{bad:02x}); {advice}") from None


def _raw(text: bytes, longest: int) -> RawLine:
    return RawLine(text if len(text) <= longest else b"", len(text), ended=text.endswith(ENDS))


def _reason(error: Exception) -> str:
    """What is wrong, in one line."""
    if isinstance(error, ValidationError):
        return reason_of(error)
    said = bounded(str(error)) if isinstance(error, ValueError) else bounded(f"{type(error).__name__}: {error}")
    return f"no field {error}" if isinstance(error, KeyError) else said
