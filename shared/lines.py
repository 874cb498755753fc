"""Reading JSON lines from a file or standard input, with errors that name the line."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Generic, NamedTuple, TypeVar

from pydantic import ValidationError

from shared.messages import Message
from shared.records import reason_of

M = TypeVar("M", bound=Message)


class Line(NamedTuple, Generic[M]):
    """One line: its message, or why there is none."""

    number: int
    message: M | None
    error: str


def read(path: str, kind: type[M]) -> Iterator[Line[M]]:
    """Every line that is not blank; "-" is standard input. Raises FileNotFoundError that names the file."""
    with _opened(path) as stream:
        for number, line in enumerate(stream, start=1):
            if line.strip():
                yield parse(number, line, kind)


def read_all(path: Path, kind: type[M]) -> list[M]:
    """Every message of a file; raises ValueError that names the first bad line."""
    messages = []
    for line in read(str(path), kind):
        if line.message is None:
            raise ValueError(f"{path}, line {line.number}: {line.error}")
        messages.append(line.message)
    return messages


def parse(number: int, line: str, kind: type[M]) -> Line[M]:
    """One line as a message of a kind."""
    try:
        return Line(number, kind.model_validate_json(line), "")
    except ValidationError as error:
        return Line(number, None, reason_of(error))


@contextmanager
def _opened(path: str) -> Iterator[IO[str]]:
    if path == "-":
        yield sys.stdin
    elif not Path(path).is_file():
        raise FileNotFoundError(f"no file {path}")
    else:
        with Path(path).open(encoding="utf-8") as stream:
            yield stream
