"""How many nodes of each server a platform has, at which address each listens, and what it is called."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from services.console.platform.errors import PlatformError

KINDS = ("kafka", "cassandra")
SEVERAL: Final = 3
"""With fewer there is no majority without one of them."""
Count = Literal[1, 3]


@dataclass(frozen=True)
class Node:
    """One of `count` nodes, each of which has an address of this machine's own, and all the same ports."""

    number: int = 1
    count: int = 1

    @property
    def host(self) -> str:
        return f"127.0.0.{self.number}"

    def named(self, kind: str) -> str:
        """What a server of this node is called, and its folder; alone it needs no number."""
        return kind if self.count == 1 else f"{kind}-{self.number}"

    @property
    def all(self) -> tuple["Node", ...]:
        """The nodes of its cluster, itself among them."""
        return cluster_of(self.count)

    @property
    def majority(self) -> int:
        return self.count // 2 + 1


ALONE = Node()


def cluster_of(count: int) -> tuple[Node, ...]:
    """So many nodes, the first one first."""
    return tuple(Node(number, count) for number in range(1, count + 1))


def folders() -> list[str]:
    """Every folder that servers of either number of nodes may have under a home."""
    return [node.named(kind) for count in (1, SEVERAL) for node in cluster_of(count) for kind in KINDS]


def asked(number: int | None) -> Count | None:
    """A number of nodes that was asked for; ValueError where there cannot be so many."""
    known: dict[int | None, Count | None] = {None: None, 1: 1, SEVERAL: SEVERAL}
    if number not in known:
        raise ValueError(f"--nodes: {number} is neither 1 nor {SEVERAL}")
    return known[number]


def made(home: Path) -> int | None:
    """With how many nodes the servers under a home were made; None where there are none yet."""
    for count in (SEVERAL, 1):
        if any((home / node.named(kind)).exists() for node in cluster_of(count) for kind in KINDS):
            return count
    return None


def agreed(home: Path, wanted: int | None) -> int:
    """How many nodes there are, or will be. PlatformError where the home was made with another number of them."""
    there = made(home)
    if wanted is not None and there not in {None, wanted}:
        raise PlatformError(
            f"the platform in {home} was made with {_said(there)} of Kafka and Cassandra, and {_said(wanted)} of each "
            "cannot take over its data: leave out --nodes and TILTYARD_PLATFORM_NODES, or choose another TILTYARD_HOME"
        )
    return there or wanted or 1


def _said(count: int | None) -> str:
    return "one node" if count == 1 else f"{count} nodes"
