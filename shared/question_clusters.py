"""Which questions may be alike in anything, so that what they say about arms is not independent.

A cluster is a document with what is asked about it. Documents that a question needs together are one cluster, where
none of them was one before. A question about documents of several clusters binds them not into one: clusters that grow
together would soon be a single one, and leave nothing to compare. It belongs to all of them instead.
"""

import sqlite3
from collections.abc import Sequence
from hashlib import blake2b

_DIGEST_BYTES = 12


class Clusters:
    """Names of what questions are about -> numbers of clusters, by the order in which they came."""

    def __init__(self, file: sqlite3.Connection) -> None:
        self._file = file
        self._file.execute("CREATE TABLE belongs (name BLOB PRIMARY KEY, cluster INT) WITHOUT ROWID")
        self._count = 0

    def of(self, names: Sequence[str]) -> tuple[int, ...]:
        """The clusters of a question about these, a new one where none is known. Not empty, unless `names` is."""
        digests = [blake2b(name.encode(), digest_size=_DIGEST_BYTES).digest() for name in names]
        known = {digest: self._cluster(digest) for digest in digests}
        clusters = {cluster for cluster in known.values() if cluster is not None}
        if not clusters and names:
            clusters.add(self._count)
            self._count += 1
        if len(clusters) == 1:
            [cluster] = clusters
            fresh = [(digest, cluster) for digest, before in known.items() if before is None]
            self._file.executemany("INSERT INTO belongs VALUES (?, ?)", fresh)
        return tuple(sorted(clusters))

    def _cluster(self, digest: bytes) -> int | None:
        row = self._file.execute("SELECT cluster FROM belongs WHERE name = ?", (digest,)).fetchone()
        return None if row is None else int(row[0])
