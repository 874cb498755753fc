"""A table of chunks for each encoder, as one sink."""

from collections.abc import Callable

from services.embedder.handler import Embedded
from shared.records import Effect
from shared.runner import Sink
from shared.stored import StoredRevision

Table = Sink[StoredRevision]


class Tables:
    """Gives each encoder's vectors to that encoder's table; `table` makes one when it is first written to."""

    def __init__(self, table: Callable[[str], Table]) -> None:
        self._make = table
        self._tables: dict[str, Table] = {}

    def write(self, effect: Effect[Embedded]) -> None:
        for encoder, stored in effect.outcome.stored.items():
            self._of(encoder).write(Effect(stored, effect.cause))

    def flush(self) -> None:
        """Everything that was written, or an error; nothing is announced before."""
        for table in self._tables.values():
            table.flush()

    def _of(self, encoder: str) -> Table:
        if encoder not in self._tables:
            self._tables[encoder] = self._make(encoder)
        return self._tables[encoder]
