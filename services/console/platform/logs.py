"""The log file of a supervised program: every start appends under a heading, a large file is put aside first."""

import shlex
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

_MAX_BYTES = 50_000_000
_START = b"=== started "


@contextmanager
def opened(path: Path, argv: Sequence[str]) -> Iterator[BinaryIO]:
    """The file to append a program's output to, with the start already noted."""
    path.parent.mkdir(parents=True, exist_ok=True)
    rotate(path)
    with path.open("ab") as log:
        log.write(_START + f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC: {shlex.join(argv)}\n".encode())
        log.flush()
        yield log


def rotate(path: Path, max_bytes: int = _MAX_BYTES) -> None:
    """Keep one older file beside a new one, once there is more than `max_bytes` of log."""
    if path.exists() and path.stat().st_size > max_bytes:
        path.replace(path.with_name(path.name + ".1"))


def tail(path: Path, lines: int = 15, read_bytes: int = 32_768) -> str:
    """The last lines of the latest start, indented."""
    if not path.exists():
        return "    (no log)"
    with path.open("rb") as log:
        log.seek(max(0, path.stat().st_size - read_bytes))
        text = log.read()
    latest = text.rpartition(_START)[2] if _START in text else text
    shown = latest.decode(errors="replace").splitlines()[1 if _START in text else 0 :]
    return "\n".join(f"    {line}" for line in shown[-lines:]) or "    (nothing)"
