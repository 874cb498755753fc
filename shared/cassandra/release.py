"""Which release of Cassandra will do."""

import re
from collections.abc import Callable, Iterable
from typing import Any

OLDEST = (5, 0, 8)


class OldServerError(RuntimeError):
    """A node is older than the oldest release whose vector search ranks rightly."""


def version_of(release: str) -> tuple[int, ...]:
    """A release as numbers: "5.0.8" and "5.0.8-SNAPSHOT" give (5, 0, 8)."""
    return tuple(int(part) for part in re.findall(r"\d+", release)[:3])


def refuse_old(execute: Callable[[str], Iterable[Any]]) -> None:
    """Ask every node for its release; raises OldServerError where one is older than OLDEST."""
    nodes = [
        *execute("SELECT release_version FROM system.local"),
        *execute("SELECT release_version FROM system.peers_v2"),
    ]
    for row in nodes:
        if version_of(row.release_version) < OLDEST:
            raise OldServerError(
                f"Cassandra {row.release_version} ranks vectors wrongly after updates: "
                f"upgrade every node to {'.'.join(map(str, OLDEST))} or newer."
            )
