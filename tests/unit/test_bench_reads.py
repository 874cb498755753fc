"""What is counted of a search on several nodes: missed, replaced, retracted, and for how long."""

from bench.cluster.store_asking import Whole
from bench.cluster.store_situations import Row


class Node:
    """Stands for nodes: finds by vectors from the given asking on; a retriever finds the given revision."""

    def __init__(self, misses: int = 0, revision: int = 1, *, stale: bool = False) -> None:
        self._misses = misses
        self._whole = Whole(revision, stale, 12.0)

    def by_vectors(self, _: str) -> bool:
        self._misses -= 1
        return self._misses < 0

    def by_retriever(self, _: str, __: int = 1) -> Whole:
        return self._whole


def counted(node: Node, revision: int) -> tuple[int, int, int]:
    """Asked, missed and outdated, where this revision stands; 0 where the document was retracted."""
    row = Row("a situation")
    row.by_retriever(node, "fair", revision)  # type: ignore[arg-type]
    return row.whole, row.missed_whole, row.outdated_whole


def test_what_is_found_at_once_is_not_missed() -> None:
    row = Row("a situation")
    row.by_vectors(Node(), "fair")  # type: ignore[arg-type]

    assert (row.alone, row.missed_alone, row.longest_alone_s) == (1, 0, 0.0)


def test_what_is_found_later_was_missed_for_that_long() -> None:
    row = Row("a situation")
    row.by_vectors(Node(misses=3), "fair", within_s=30.0)  # type: ignore[arg-type]

    assert (row.alone, row.missed_alone) == (1, 1)
    assert 0 < row.longest_alone_s < 30


def test_an_old_revision_is_missed_and_outdated() -> None:
    assert counted(Node(revision=1), 2) == (1, 1, 1)
    assert counted(Node(revision=2), 2) == (1, 0, 0)
    assert counted(Node(revision=0), 2) == (1, 1, 0)


def test_whatever_is_found_of_a_retracted_document_is_outdated() -> None:
    assert counted(Node(revision=1), 0) == (1, 0, 1)
    assert counted(Node(revision=0), 0) == (1, 0, 0)


def test_stale_evidence_is_counted() -> None:
    row = Row("a situation")
    row.by_retriever(Node(stale=True), "fair")  # type: ignore[arg-type]

    assert row.told["stale_whole"] == 1
    assert row.told["ms"] == 12.0
