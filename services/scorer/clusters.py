"""What each cluster of questions (`shared/question_clusters.py`) adds to a slice, on disk (`scratch.py`)."""

import sqlite3

import numpy as np
import numpy.typing as npt

Whole = npt.NDArray[np.int64]
_BITS = 40
"""Of a cluster's number in the key of a row; the rest is the slice's."""


class ClusterRows:
    """A slice and a cluster -> the numbers that `Sums` keeps of them."""

    def __init__(self, file: sqlite3.Connection) -> None:
        self._file = file
        self._file.execute("CREATE TABLE clusters (of INTEGER PRIMARY KEY, numbers BLOB)")

    def get(self, of: int, cluster: int) -> Whole:
        """What was put last; empty where nothing was."""
        row = self._file.execute("SELECT numbers FROM clusters WHERE of = ?", (of << _BITS | cluster,)).fetchone()
        return np.frombuffer(b"" if row is None else row[0], dtype=np.int64)

    def put(self, of: int, cluster: int, numbers: Whole) -> None:
        """Keep them; numbers that are all 0 are forgotten."""
        key = of << _BITS | cluster
        if numbers.any():
            self._file.execute("REPLACE INTO clusters VALUES (?, ?)", (key, numbers.tobytes()))
        else:
            self._file.execute("DELETE FROM clusters WHERE of = ?", (key,))
