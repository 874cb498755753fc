"""What each question has added to the standings, on disk: it is needed again only where its result changes.

Results are published again with higher versions, months later too, and the results topic never expires. Kept in memory
that would grow with every question for ever. The file is a cache of the results topic: it starts empty with the
process, so nothing in it must survive a crash, and nothing is synchronised.
"""

import sqlite3
from array import array
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Generic, TypeVar

from services.scorer.sums import Counted

CACHE_KIB = 2_048
K = TypeVar("K")


class Contributions:
    """Question key -> its version and what it counted; in a file that no name leads to, gone with the process."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        # Whoever calls does so from one thread at a time, though not always from the same one.
        with NamedTemporaryFile(dir=folder, prefix="counted-") as named:
            self._file = sqlite3.connect(named.name, check_same_thread=False, isolation_level=None)
            for setting in (
                "journal_mode = OFF",
                "synchronous = OFF",
                "locking_mode = EXCLUSIVE",
                f"cache_size = -{CACHE_KIB}",
            ):
                self._file.execute(f"PRAGMA {setting}")
            self._file.execute("CREATE TABLE known (key BLOB PRIMARY KEY, version INT, counted BLOB) WITHOUT ROWID")
            self._file.execute("BEGIN")  # for ever: nobody else reads it, and each commit would cost a write
        self._columns = _Names[tuple[str, str]]()
        self._slices = _Names[tuple[str, str]]()
        self._versions = _Names[tuple[tuple[str, str], ...]]()

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

    def close(self) -> None:
        self._file.close()

    def _written(self, contribution: Counted) -> bytes:
        """Names as numbers, since few names stand in all questions."""
        of = (contribution.contest, contribution.slice)
        numbers = array("q", [self._slices.number(of), self._versions.number(contribution.versions)])
        for column, value in contribution.values.items():
            numbers.extend((self._columns.number(column), value))
        return numbers.tobytes()

    def _read(self, written: bytes) -> Counted:
        of, versions, *rest = array("q", written)
        values = {self._columns[at]: value for at, value in zip(rest[::2], rest[1::2], strict=True)}
        return Counted(*self._slices[of], values, self._versions[versions])


class _Names(Generic[K]):
    """Names and their numbers, in the order of appearance."""

    def __init__(self) -> None:
        self._numbers: dict[K, int] = {}
        self._names: list[K] = []

    def number(self, name: K) -> int:
        if name not in self._numbers:
            self._numbers[name] = len(self._names)
            self._names.append(name)
        return self._numbers[name]

    def __getitem__(self, number: int) -> K:
        return self._names[number]
