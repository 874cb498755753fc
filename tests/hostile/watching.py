"""Services as they are assembled to ship, with somebody who looks at what each record leads to."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from shared.records import Effect, Position, Record
from shared.runner import Runner
from shared.stored import DroppedDocument
from tests.hostile.clocks import Clocks, slowest_of
from tests.hostile.watched import Fates

NOTHING = "nothing to say"


class Watcher:
    """Wraps the runners of one production."""

    def __init__(self, fates: Fates, clocks: Clocks) -> None:
        self.fates, self.clocks = fates, clocks
        self._asked: dict[str, set[Position]] = {}

    def watch(self, runner: Runner[Any]) -> Runner[Any]:
        """The same runner, its handler timed and its outcomes noted."""
        runner.handle = self._timed(runner.service, runner.handle)
        runner.sinks = [*runner.sinks, Noting(runner.service, self.fates)]
        return runner

    def fate(self, service: str, position: Position) -> str:
        """What became of a record; more than one fate, or none, is wrong."""
        fates = self.fates.of.get((service, position), [])
        if not fates and position in self._asked.get(service, ()):
            return NOTHING
        if len(fates) != 1:
            self.fates.blame(f"{service}: a record of {position.topic} has {len(fates)} fates ({', '.join(fates)})")
        return fates[0] if fates else "lost"

    def forget(self) -> None:
        """The batch is over."""
        self.fates.of.clear()
        self._asked.clear()

    def _timed(self, service: str, handle: Callable[[Sequence[Record[Any]]], Iterable[Effect[Any]]]) -> Any:
        asked = self._asked

        def timed(batch: Sequence[Record[Any]]) -> list[Effect[Any]]:
            asked.setdefault(service, set()).update(record.position for record in batch)
            return self.clocks.timed(service, lambda: list(handle(batch)), lambda: slowest_of(handle, batch))

        return timed


class Noting:
    """A sink behind all others: what gets here was stored and announced."""

    def __init__(self, service: str, fates: Fates) -> None:
        self._service, self._fates = service, fates
        self._waiting: dict[Position, str] = {}

    def write(self, effect: Effect[Any]) -> None:
        fate = "dropped" if isinstance(effect.outcome, DroppedDocument) else "handled"
        self._waiting[effect.cause.position] = fate

    def flush(self) -> None:
        for position, fate in self._waiting.items():
            self._fates.add(self._service, position, fate)
        self._waiting.clear()
