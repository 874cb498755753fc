"""Progress for people: live bars on a terminal, a line now and then where output goes to a file."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from services.console import output

LINES, UNCOUNTED = 5, 100


class Advance(Protocol):
    """Says how far it is: `done` of `total`, with words beside."""

    def __call__(self, done: int, total: int | None = None, told: str = "") -> None: ...


@contextmanager
def shown(name: str, total: int | None = None) -> Iterator[Advance]:
    """Progress under a name, until the block ends."""
    if not output.err.is_terminal:
        yield _Lines(name, total)
        return
    columns = (
        TextColumn("  {task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
        TextColumn("{task.fields[told]}"),
    )  # fmt: skip
    with Progress(*columns, console=output.err) as bars:
        yield _Bar(bars, bars.add_task(name, total=total, told=""), total)


class _Bar:
    def __init__(self, bars: Progress, task: TaskID, total: int | None) -> None:
        self._bars = bars
        self._task = task
        self._total = total

    def __call__(self, done: int, total: int | None = None, told: str = "") -> None:
        self._total = total or self._total
        self._bars.update(self._task, completed=done, total=self._total, told=told)


class _Lines:
    """A line at each fifth of the way; where the end is not known, at each hundred."""

    def __init__(self, name: str, total: int | None) -> None:
        self._name = name
        self._total = total
        self._said = 0

    def __call__(self, done: int, total: int | None = None, told: str = "") -> None:
        self._total = total or self._total
        reached = LINES * done // self._total if self._total else done // UNCOUNTED
        if reached > self._said:
            self._said = reached
            of = f" of {self._total}" if self._total else ""
            output.err.print(f"  {self._name}: {done}{of}{'  ' + told if told else ''}", markup=False, soft_wrap=True)
