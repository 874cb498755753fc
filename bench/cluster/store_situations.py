"""Situations in which one of three nodes is asked for news: all is well, it is slow, it comes back from being away."""

import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from statistics import median
from typing import Any

from bench.cluster.store_asking import Newsroom, a_story
from bench.cluster.store_nodes import NUMBERS, StoreNodes, wait_for

ASKED = 3
STOPPED_S, RUNNING_S = 0.4, 0.4
FOR_ALL_S, AGAIN_S = 60.0, 1.0


@dataclass
class Row:
    """One situation: documents asked for, those that were missed, and for how long."""

    situation: str
    alone: int = 0
    missed_alone: int = 0
    longest_alone_s: float = 0.0
    whole: int = 0
    missed_whole: int = 0
    outdated_whole: int = 0
    stale_whole: int = 0
    waits_ms: list[float] = field(default_factory=list)
    again_ms: list[float] = field(default_factory=list)

    def by_vectors(self, newsroom: Newsroom, name: str, *, within_s: float = 0.0) -> None:
        """Ask by vectors alone; where it is missed, again until it is found or the time is over."""
        self.alone += 1
        if not newsroom.by_vectors(name):
            self.missed_alone += 1
            started = time.monotonic()
            while time.monotonic() < started + within_s and not newsroom.by_vectors(name):
                time.sleep(0.005)
            self.longest_alone_s = max(self.longest_alone_s, time.monotonic() - started)

    def by_retriever(self, newsroom: Newsroom, name: str, revision: int = 1) -> None:
        """Ask a retriever; revision 0: of a document that was retracted, which is to be found no more."""
        found = newsroom.by_retriever(name, revision or 1)
        self.whole += 1
        self.missed_whole += found.revision < revision
        self.outdated_whole += 0 < found.revision < (revision or 2)
        self.stale_whole += found.stale
        self.waits_ms.append(found.ms)

    @property
    def told(self) -> dict[str, Any]:
        """For the table and the file."""
        waits = sorted(self.waits_ms)
        of_waits = {"ms": round(median(waits), 1), "ms_longest": round(waits[-1], 1)} if waits else {}
        of_waits |= {"ms_again": round(median(self.again_ms), 1)} if self.again_ms else {}
        return {name: value for name, value in asdict(self).items() if not name.endswith("_ms")} | of_waits


@dataclass
class Measurement:
    """The situations, one after the other, on nodes that go on running."""

    nodes: StoreNodes
    newsroom: Newsroom
    documents: int
    rows: list[Row] = field(default_factory=list)
    settled_per_s: float = 0.0

    def settle(self, names: Sequence[str]) -> None:
        """How many documents that every node has a retriever settles in a second, as after a start."""
        self.newsroom.write(*map(a_story, names))
        self.newsroom.announce(*names)
        started = time.monotonic()
        self.newsroom.follow()
        self.settled_per_s = round(len(names) / (time.monotonic() - started), 1)

    def situation(self, name: str) -> Row:
        """A new row; the one before is told, since what comes next may fail."""
        if self.rows:
            sys.stderr.write(f"  {self.rows[-1].told}\n")
        sys.stderr.write(f"{name}\n")
        self.rows.append(Row(name))
        return self.rows[-1]

    def all_at_once(self, situation: str, kind: str) -> None:
        """Store a document and ask by vectors alone; store another, announce it and ask a retriever."""
        row = self.situation(situation)
        for number in range(self.documents):
            alone, whole = f"{kind}-alone-{number}", f"{kind}-whole-{number}"
            self.newsroom.write(a_story(alone))
            row.by_vectors(self.newsroom, alone, within_s=30.0)
            self.newsroom.write(a_story(whole))
            self.newsroom.announce(whole)
            row.by_retriever(self.newsroom, whole)
            row.again_ms.append(self.newsroom.by_retriever(whole).ms)  # nothing was announced in between

    def away(self, kind: str, *, hints: bool) -> None:
        """The asked node misses news, revisions and retractions, comes back and is asked at once."""
        alone, fresh, revised, gone = (names(kind, what, self.documents) for what in ("alone", "new", "old", "gone"))
        self.newsroom.write(*map(a_story, [*revised, *gone]))
        self.newsroom.announce(*revised, *gone)
        self.newsroom.follow()
        if not hints:
            for number in NUMBERS[:2]:
                self.nodes.nodetool(number, "disablehandoff")
        self.nodes.kill(ASKED)
        self.newsroom.write(*map(a_story, [*alone, *fresh]), *(a_story(name, 2) for name in revised))
        self.newsroom.write(*(a_story(name, 2, retracted=True) for name in gone))
        self.newsroom.announce(*fresh, *revised, *gone)
        self.newsroom.follow()
        sys.stderr.write(f"  unsettled while it is away: {self.newsroom.unsettled}\n")
        self.nodes.start(ASKED)
        wait_for(self.newsroom.answers, "the node is not asked")
        row = self.situation(f"back after missing writes, {'with' if hints else 'without'} hints, at once")
        for at in range(self.documents):
            row.by_vectors(self.newsroom, alone[at])
            row.by_retriever(self.newsroom, fresh[at])
            row.by_retriever(self.newsroom, revised[at], 2)
            row.by_retriever(self.newsroom, gone[at], 0)
        self._until_found(alone, "with hints" if hints else "without hints")
        if not hints:
            self._repaired(alone)
        self._settled()

    def _until_found(self, names: Sequence[str], how: str) -> None:
        row = self.situation(f"the same, {how}, after at most {FOR_ALL_S:g} s")
        started = time.monotonic()
        left = list(names)
        while left and time.monotonic() < started + FOR_ALL_S:
            time.sleep(AGAIN_S)
            left = [name for name in left if not self.newsroom.by_vectors(name)]
        row.alone, row.missed_alone, row.longest_alone_s = len(names), len(left), time.monotonic() - started

    def _repaired(self, names: Sequence[str]) -> None:
        row = self.situation("the same, after `nodetool repair`")
        started = time.monotonic()
        self.nodes.nodetool(1, "repair", "--full", self.newsroom.store.keyspace)
        for name in names:
            row.by_vectors(self.newsroom, name)
        row.longest_alone_s = time.monotonic() - started

    def _settled(self) -> None:
        """How long the retriever takes until it knows that every node has everything."""
        took = wait_for(self.newsroom.settles, "the retriever does not settle its documents")
        sys.stderr.write(f"  all settled after {took:.1f} s\n")


def names(kind: str, what: str, count: int) -> list[str]:
    """Of documents of one situation."""
    return [f"{kind}-{what}-{number}" for number in range(count)]


@contextmanager
def in_bursts(nodes: StoreNodes) -> Iterator[None]:
    """The asked node stands still for a part of every second."""
    stopping = threading.Event()

    def bursts() -> None:
        while not stopping.is_set():
            nodes.pause(ASKED)
            stopping.wait(STOPPED_S)
            nodes.go_on(ASKED)
            stopping.wait(RUNNING_S)

    thread = threading.Thread(target=bursts, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stopping.set()
        thread.join()
        nodes.go_on(ASKED)
