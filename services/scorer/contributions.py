"""What each question has added to the standings, on disk: it is needed again only where its result changes.

Results are published again with higher versions, months later too, and the results topic never expires. Kept in memory
that would grow with every question for ever. The file is a cache of the results topic (`scratch.py`).
"""

import sqlite3
from array import array

from services.scorer.names import Names
from services.scorer.sums import Counted


class Contributions:
    """Question key -> its version and what it counted, in a file of `scratch.py`."""

    def __init__(self, file: sqlite3.Connection) -> None:
        self._file = file
        self._file.execute("CREATE TABLE known (key BLOB PRIMARY KEY, version INT, counted BLOB) WITHOUT ROWID")
        self._columns = Names[tuple[str, str]]()
        self._slices = Names[tuple[str, str]]()
        self._versions = Names[tuple[tuple[str, str], ...]]()

    def get(self, key: bytes) -> tuple[int, Counted] | None:
        """What was put last."""
        row = self._file.execute("SELECT version, counted FROM known WHERE key = ?", (key,)).fetchone()
        return None if row is None else (row[0], self._read(row[1]))

    def put(self, key: bytes, version: int, contribution: Counted) -> None:
        """Keep it instead of what was kept."""
        self._file.execute("REPLACE INTO known VALUES (?, ?, ?)", (key, version, self._written(contribution)))

    def remove(self, key: bytes) -> None:
        """Forget it."""
        self._file.execute("DELETE FROM known WHERE key = ?", (key,))

    def _written(self, contribution: Counted) -> bytes:
        """Names as numbers, since few names stand in all questions."""
        of = (contribution.contest, contribution.slice)
        clusters = contribution.clusters
        numbers = array("q", [self._slices.number(of), self._versions.number(contribution.versions), len(clusters)])
        numbers.extend(clusters)
        for column, value in contribution.values.items():
            numbers.extend((self._columns.number(column), value))
        return numbers.tobytes()

    def _read(self, written: bytes) -> Counted:
        of, versions, clusters, *rest = array("q", written)
        pairs = zip(rest[clusters::2], rest[clusters + 1 :: 2], strict=True)
        values = {self._columns[at]: value for at, value in pairs}
        return Counted(*self._slices[of], values, self._versions[versions], tuple(rest[:clusters]))
