"""Starts, finds and stops detached child processes, over many runs of the console.

A program's state is `<folder>/run/<name>.json`, its output `<folder>/logs/<name>.log`. A program runs in a session of
its own, so that Ctrl-C in the console that started it does not end it.
"""

import os
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psutil

from services.console.platform import logs, processes
from services.console.platform.errors import StartError

_POLL_S = 0.1
_GRACE_S = 20.0


@dataclass(frozen=True)
class Program:
    """What to run; `env` is added to this process's own. `ready` is asked again and again: quick, and never raises."""

    name: str
    argv: Sequence[str]
    env: Mapping[str, str]
    ready: Callable[[], bool]
    ready_within_s: float


@dataclass(frozen=True)
class Status:
    """A program that was started and not stopped since. Not `running`: it died by itself; its log says why."""

    name: str
    running: bool
    pid: int
    started_at: datetime
    memory_bytes: int
    log: Path


def _say_nothing(_: Program) -> None: ...


class Supervisor:
    """Everything that was started under one folder, by this process or an earlier one."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.absolute()
        self._children: dict[str, psutil.Process] = {}

    def start(self, program: Program) -> bool:
        """Run a program until it is ready. False: it runs already. StartError: it is stopped again and forgotten."""
        return bool(self.start_all([program]))

    def start_all(self, programs: Sequence[Program], on_ready: Callable[[Program], None] = _say_nothing) -> list[str]:
        """Run several at once, all or none: whatever goes wrong, those started here are stopped again.

        Returns the names of those that did not run already.
        """
        launched: list[str] = []
        try:
            for program in programs:
                launched += [program.name] if self.launch(program) else []
            self.wait_ready(*programs, on_ready=on_ready)
        except BaseException:  # Ctrl-C too leaves nothing behind
            for name in launched:
                self.stop(name)
            raise
        return launched

    def launch(self, program: Program) -> bool:
        """Run a program without waiting for it. False: it runs already."""
        with self._lock(program.name):
            if self.running(program.name):
                return False
            self._spawn(program)
            return True

    def wait_ready(self, *programs: Program, on_ready: Callable[[Program], None] = _say_nothing) -> None:
        """Wait until each is ready. StartError: one ended or is late; nothing is stopped (`start_all` does that)."""
        begun, waiting = time.monotonic(), list(programs)
        while waiting:
            for program in tuple(waiting):
                if self._is_ready(program, time.monotonic() - begun):
                    waiting.remove(program)
                    on_ready(program)
            time.sleep(_POLL_S if waiting else 0)

    def stop(self, name: str, grace_s: float = _GRACE_S) -> bool:
        """End a program and all that it started, by force after `grace_s`. False: it did not run."""
        with self._lock(name):
            process = self._find(name)
            if process:
                processes.end(process, grace_s)
            self._forget(name)
            return process is not None

    def running(self, name: str) -> bool:
        return self._find(name) is not None

    def status(self) -> list[Status]:
        """Every program that was started and not stopped, the dead ones included, by name."""
        return [status for path in sorted(self._run.glob("*.json")) if (status := self._status(path.stem))]

    def log(self, name: str) -> Path:
        return self._folder / "logs" / f"{name}.log"

    @property
    def _run(self) -> Path:
        return self._folder / "run"

    def _state(self, name: str) -> Path:
        return self._run / f"{name}.json"

    def _lock(self, name: str) -> AbstractContextManager[None]:
        return processes.exclusive(self._run / f"{name}.lock")

    def _find(self, name: str) -> psutil.Process | None:
        record = processes.Record.load(self._state(name))
        return record.process() if record else None

    def _spawn(self, program: Program) -> None:
        self._forget(program.name)  # a crashed run's state is worth nothing now
        process = self._children[program.name] = self._popen(program)
        try:
            record = processes.Record(process.pid, process.create_time(), tuple(program.argv))
            record.save(self._state(program.name))
        except BaseException:  # a process that nobody could find again must not stay
            processes.end(process, grace_s=0)
            raise

    def _popen(self, program: Program) -> psutil.Process:
        log = self.log(program.name)
        try:
            with logs.opened(log, program.argv) as output:
                started = subprocess.Popen(
                    program.argv,
                    env=os.environ | dict(program.env),
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )
        except OSError as error:
            raise StartError(f"cannot start {program.name}: {error}") from error
        started.returncode = 0  # it is detached on purpose; without this Popen warns that it was left running
        return psutil.Process(started.pid)

    def _is_ready(self, program: Program, waited_s: float) -> bool:
        if not self.running(program.name):
            raise self._error(program.name, f"ended while it was starting{self._exit_code(program.name)}")
        ready = program.ready()
        if not ready and waited_s > program.ready_within_s:
            raise self._error(program.name, f"was not ready within {program.ready_within_s:g} s")
        return ready

    def _error(self, name: str, what: str) -> StartError:
        return StartError(f"{name} {what}. Its log is {self.log(name)} and ends:\n{logs.tail(self.log(name))}")

    def _exit_code(self, name: str) -> str:
        """The end of an own child; of another's child the system does not tell."""
        child = self._children.get(name)
        with suppress(psutil.TimeoutExpired):
            return f" (exit code {child.wait(timeout=0)})" if child else ""
        return ""

    def _forget(self, name: str) -> None:
        self._exit_code(name)  # asking for it is what ends a zombie
        self._children.pop(name, None)
        self._state(name).unlink(missing_ok=True)

    def _status(self, name: str) -> Status | None:
        record = processes.Record.load(self._state(name))
        if record is None:
            return None
        process, memory = record.process(), 0
        with suppress(psutil.Error):
            memory = process.memory_info().rss if process else 0
        started = datetime.fromtimestamp(record.create_time, UTC)
        return Status(name, process is not None, record.pid, started, memory, self.log(name))
