"""Progress for people: live bars on a terminal, a line now and then where output goes to a file."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Protocol, Self

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from services.console import output

LINES, UNCOUNTED = 5, 100
QUIET_S = 10.0
"""No step is silent for longer."""


class Advance(Protocol):
    """Says how far it is: `done` of `total`, with words beside."""

    def __call__(self, done: int, total: int | None = None, told: str = "") -> None: ...


@contextmanager
def shown(name: str, total: int | None = None) -> Iterator[Advance]:
    """Progress under a name, until the block ends."""
    if not output.err.is_terminal:
        with _Lines(name, total) as lines:
            yield lines
        return
    columns = (
        TextColumn("  {task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
        TextColumn("{task.fields[told]}"),
    )  # fmt: skip
    with Progress(*columns, console=output.err) as bars:
        yield _Bar(bars, bars.add_task(name, total=total, told=""), total)


@contextmanager
def parts() -> Iterator["Parts"]:
    """Progress of several parts, one after another, until the block ends."""
    with ExitStack() as stack:
        yield Parts(stack)


class Parts:
    """Gives the progress of the part of a name; it is shown from its first step until the next part begins."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack
        self._shown: tuple[str, Advance] | None = None

    def __call__(self, name: str, total: int | None = None) -> Advance:
        if self._shown is None or self._shown[0] != name:
            self._stack.close()
            self._shown = name, self._stack.enter_context(shown(name, total))
        return self._shown[1]


class _Bar:
    def __init__(self, bars: Progress, task: TaskID, total: int | None) -> None:
        self._bars = bars
        self._task = task
        self._total = total

    def __call__(self, done: int, total: int | None = None, told: str = "") -> None:
        self._total = total or self._total
        self._bars.update(self._task, completed=done, total=self._total, told=told)


class _Lines:
    """A line at each fifth of the way, or at each hundred where the end is not known, and after each silence."""

    def __init__(self, name: str, total: int | None) -> None:
        self._name = name
        self._total = total
        self._reached = 0
        self._how_far = ""
        self._silence = Silence(lambda seconds: self._say(f"{self._how_far}{seconds:.0f} s so far"), QUIET_S)

    def __enter__(self) -> Self:
        self._silence.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._silence.end()

    def __call__(self, done: int, total: int | None = None, told: str = "") -> None:
        self._total = total or self._total
        reached = LINES * done // self._total if self._total else done // UNCOUNTED
        of = f" of {self._total}" if self._total else ""
        self._how_far = f"{done}{of}, "
        if reached > self._reached:
            self._reached = reached
            self._silence.broken()
            self._say(f"{done}{of}{'  ' + told if told else ''}")

    def _say(self, words: str) -> None:
        output.err.print(f"  {self._name}: {words}", markup=False, soft_wrap=True)


class Silence:
    """Tells each time that nothing was said for `quiet_s`, with the seconds since the start."""

    def __init__(self, tell: Callable[[float], None], quiet_s: float) -> None:
        self._tell = tell
        self._quiet_s = quiet_s
        self._ended = threading.Event()
        self._started = self._last = time.monotonic()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def broken(self) -> None:
        """Something was said."""
        self._last = time.monotonic()

    def end(self) -> None:
        self._ended.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._ended.wait(max(0.0, self._last + self._quiet_s - time.monotonic())):
            if time.monotonic() >= self._last + self._quiet_s:
                self.broken()
                self._tell(self._last - self._started)


@contextmanager
def waiting(name: str) -> Iterator[None]:
    """A step that cannot be counted: how long it has taken, every 10 s; a shorter one is not worth a word."""
    silence = Silence(lambda s: output.err.print(f"  {name}: {s:.0f} s so far", markup=False, soft_wrap=True), QUIET_S)
    silence.start()
    try:
        yield
    finally:
        silence.end()
