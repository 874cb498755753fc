"""Processes as the operating system knows them: which is ours, how to end it with all it started, whose turn it is.

A process id alone proves nothing, for the system gives it to somebody else later. The id together with the time of
creation names one process for ever.
"""

import fcntl
import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

import psutil

# Times of creation are relative to the boot time, which moves a little when the clock is corrected.
_CLOCK_SLACK_S = 2.0
_AFTER_KILL_S = 10.0
_POLL_S = 0.05


@dataclass(frozen=True)
class Record:
    """One started process, as it is written to its state file."""

    pid: int
    create_time: float
    argv: tuple[str, ...]

    @classmethod
    def load(cls, path: Path) -> Self | None:
        """The record in a file; None where there is none, or half of one."""
        try:
            record = json.loads(path.read_text(encoding="utf-8"))
            return cls(int(record["pid"]), float(record["create_time"]), tuple(record["argv"]))
        except (FileNotFoundError, ValueError, KeyError, TypeError):
            return None

    def save(self, path: Path) -> None:
        """Replace the file at once: nobody ever reads half of it."""
        unfinished = path.with_suffix(".tmp")
        unfinished.write_text(json.dumps(asdict(self)), encoding="utf-8")
        unfinished.replace(path)

    def process(self) -> psutil.Process | None:
        """The recorded process while it lives."""
        try:
            process = psutil.Process(self.pid)
            same = abs(process.create_time() - self.create_time) < _CLOCK_SLACK_S
        except psutil.NoSuchProcess:
            return None
        return process if same and lives(process) else None


def lives(process: psutil.Process) -> bool:
    """A zombie is dead: it only waits for its parent to notice, which some parents never do.

    But one with more than one thread is still being taken down, and holds its ports until that is done.
    """
    try:
        zombie = process.status() == psutil.STATUS_ZOMBIE
        return process.is_running() and (not zombie or process.num_threads() > 1)
    except psutil.NoSuchProcess:
        return False


@contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """One console at a time; the system frees the lock when its holder dies. Not re-entrant."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def end(leader: psutil.Process, grace_s: float) -> None:
    """Ask a session leader and everything it started to end, wait up to `grace_s` seconds, then kill what is left."""
    members = set(_family(leader))
    _signal(members, psutil.Process.terminate)
    left = _outlast(members, grace_s) | set(_family(leader))
    _signal(left, psutil.Process.kill)
    _outlast(left, _AFTER_KILL_S)
    with suppress(psutil.TimeoutExpired):
        leader.wait(timeout=0)  # if it was our own child, it stays a zombie until we ask


def _outlast(members: set[psutil.Process], within_s: float) -> set[psutil.Process]:
    """Those that still live after so many seconds; returns at once when none does."""
    deadline = time.monotonic() + within_s
    while (left := {member for member in members if lives(member)}) and time.monotonic() < deadline:
        time.sleep(_POLL_S)
    return left


def _signal(members: set[psutil.Process], action: Callable[[psutil.Process], None]) -> None:
    for member in members:
        with suppress(psutil.NoSuchProcess):
            action(member)


def _family(leader: psutil.Process) -> Iterator[psutil.Process]:
    """The leader, its descendants, and those of its session whose own parents died.

    The system gives a session's number to nobody else while one member lives, so this holds after the leader's death.
    """
    with suppress(psutil.NoSuchProcess):
        yield from leader.children(recursive=True)
    for process in psutil.process_iter():
        with suppress(OSError):
            if os.getsid(process.pid) == leader.pid:
                yield process
