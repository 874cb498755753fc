"""Spans on their way to a collector, in files: what a process wrote, another one sends when it was killed.

A process appends to a file that it holds locked, begins another one for each sending, and removes what was sent. A file
that nobody holds is of a process that is dead: whoever finds it sends it. Nothing is synchronised: the spans outlive
the process, not the machine.
"""

import fcntl
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import uuid4

SUFFIX = ".spans"
LENGTH = 4
"""Bytes before each piece that tell its length, so that one that was cut off by a kill is seen."""


class Spool:
    """Files of one process in a folder that others share. OSError where the folder cannot be written."""

    def __init__(self, folder: Path, most_bytes: int) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder, self._most = folder, most_bytes
        self._lock = threading.Lock()
        self._held: dict[Path, tuple[int, int]] = {}
        self._current: Path | None = None

    def write(self, piece: bytes) -> bool:
        """Keep a piece beyond this process's death. False: it is lost, since so much waits already."""
        with self._lock:
            if sum(size for _, size in self._held.values()) + len(piece) > self._most:
                return False
            if self._current is None:
                self._current, handle = _made(self._folder)
                self._held[self._current] = handle, 0
            handle, size = self._held[self._current]
            os.write(handle, len(piece).to_bytes(LENGTH, "big") + piece)
            self._held[self._current] = handle, size + len(piece)
            return True

    def send(self, post: Callable[[bytes], None]) -> None:
        """Give each file to `post`, the oldest first, then those of dead processes; what it took is removed.

        What `post` raises ends it, and the rest waits for the next time.
        """
        with self._lock:
            self._current = None
            waiting = list(self._held)
        for path in waiting:
            post(_whole(path))
            self._remove(path)
        for path in sorted(self._folder.glob(f"*{SUFFIX}")):
            if path not in self._held:
                _send_of_dead(path, post)

    def close(self) -> None:
        """Let go of what was not sent: another process may find it."""
        with self._lock:
            for handle, _ in self._held.values():
                os.close(handle)
            self._held.clear()
            self._current = None

    def _remove(self, path: Path) -> None:
        path.unlink(missing_ok=True)
        with self._lock:
            handle, _ = self._held.pop(path)
        os.close(handle)


def _made(folder: Path) -> tuple[Path, int]:
    """A file that is locked before it has its name, so that nobody takes it for one of the dead."""
    path = folder / f"{uuid4().hex}{SUFFIX}"
    hidden = path.with_suffix(".new")
    handle = os.open(hidden, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
    fcntl.flock(handle, fcntl.LOCK_EX)
    hidden.rename(path)
    return path, handle


def _send_of_dead(path: Path, post: Callable[[bytes], None]) -> None:
    with suppress(FileNotFoundError, BlockingIOError), _locked(path):
        post(_whole(path))
        path.unlink()


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """BlockingIOError: its process lives."""
    with path.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield


def _whole(path: Path) -> bytes:
    """The pieces one behind another, without one that was cut off."""
    content, at, pieces = path.read_bytes(), 0, list[bytes]()
    while at + LENGTH <= len(content):
        end = at + LENGTH + int.from_bytes(content[at : at + LENGTH], "big")
        if end > len(content):
            break
        pieces.append(content[at + LENGTH : end])
        at = end
    return b"".join(pieces)
