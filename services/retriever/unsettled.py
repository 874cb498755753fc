"""Which announced documents not every copy of the store is known to hold.

A search by vector asks one copy. Every announced document is therefore read from all copies once, which gives each
what it lacks: from then on any copy finds it, and the document is settled. Where a copy does not answer, the
document's vectors are held here and compared exactly, until it does.
"""

import threading
import time
from collections.abc import Callable, Sequence
from itertools import islice
from typing import Protocol

import structlog

from services.retriever.held import HeldVectors
from shared.copies import Copied
from shared.telemetry import metrics

FIRST_PAUSE_S, LONGEST_PAUSE_S = 1.0, 30.0
PORTION = 32
MOST_NAMES = 100_000
log = structlog.get_logger()


class Names(Protocol):
    """Keeps the names of unsettled documents for the next start."""

    def read(self) -> list[str]: ...
    def add(self, names: Sequence[str]) -> None: ...
    def settle(self, left: Sequence[str]) -> None:
        """Only these are left."""


class Unsettled:
    """Implements Copies of a view. Documents beyond MOST_NAMES are let go, the oldest first."""

    several = True

    def __init__(
        self, copied: Copied, held: HeldVectors, names: Names, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._copied = copied
        self._held = held
        self._kept = names
        self._clock = clock
        self._names: dict[str, None] = {}
        self._pause = FIRST_PAUSE_S
        self._again_at = float("-inf")
        self._changing = threading.Lock()
        self.take(self._kept.read())
        self._kept.settle(list(self._names))

    @property
    def waiting(self) -> int:
        """How many documents are not settled."""
        return len(self._names)

    @property
    def complete(self) -> bool:
        """Whether every document is settled or held; where not, a search may miss one."""
        return not self._held.left_out

    def take(self, document_ids: Sequence[str]) -> None:
        """These were announced: settle them, or hold their vectors, before anyone is told that they can be found."""
        if document_ids:
            with self._changing:
                settled = self._settled(document_ids)
                self._hold([name for name in document_ids if name not in settled])
                self._release([name for name in settled if name in self._names])
                self._tell()

    def retry(self) -> None:
        """Ask for a portion of those that are not settled, if it is time."""
        if self._names and self._clock() >= self._again_at:
            with self._changing:
                portion = list(islice(self._names, PORTION))
                settled = self._settled(portion)
                for name in portion:  # who waits behind one that is never settled is asked for next time
                    self._names[name] = self._names.pop(name)
                self._release([name for name in portion if name in settled])
                self._tell()

    def read_again(self) -> None:
        """Hold the vectors that stand there now of all of them: those of another encoder."""
        with self._changing:
            self._hold(list(self._names))
            self._tell()

    def _settled(self, document_ids: Sequence[str]) -> frozenset[str]:
        """Those that every copy holds; nobody is asked soon after a copy did not answer."""
        if self._clock() < self._again_at:
            return frozenset()
        settled = self._copied.everywhere(document_ids)
        if len(settled) == len(set(document_ids)):
            self._pause = FIRST_PAUSE_S
            return settled
        if self._pause == FIRST_PAUSE_S:
            log.warning("a copy does not answer, vectors are held here", documents=len(document_ids) - len(settled))
        self._again_at = self._clock() + self._pause
        self._pause = min(LONGEST_PAUSE_S, 2 * self._pause)
        return settled

    def _hold(self, document_ids: Sequence[str]) -> None:
        """Written down before they are held: what is not known after a restart would be missed."""
        if not document_ids:
            return
        self._kept.add([name for name in document_ids if name not in self._names])
        self._names |= dict.fromkeys(document_ids)
        for name, placed in self._copied.with_vectors(document_ids).items():
            self._held.hold(name, placed)
        if beyond := list(islice(self._names, max(0, len(self._names) - MOST_NAMES))):
            metrics.UNSETTLED_LET_GO.of().inc(len(beyond))
            self._release(beyond)

    def _release(self, document_ids: Sequence[str]) -> None:
        for name in document_ids:
            self._names.pop(name, None)
        if document_ids:
            self._held.release(document_ids)
            self._kept.settle(list(self._names))
            if not self._names:
                log.info("every copy answers again, no vectors are held here")

    def _tell(self) -> None:
        self._held.show()
        metrics.UNSETTLED.of().set(len(self._names))
        metrics.UNSETTLED_LEFT_OUT.of().set(len(self._held.left_out))
        metrics.HELD_BYTES.of().set(self._held.bytes)


class OneCopy:
    """Implements Copies where there is one copy: whatever was acknowledged stands in it."""

    several, complete, waiting = False, True, 0

    def take(self, document_ids: Sequence[str]) -> None:
        """Nothing to do."""

    def retry(self) -> None:
        """Nothing to do."""

    def read_again(self) -> None:
        """Nothing to do."""
