"""The word indexes as a materialised view: announcements are followed, and their documents read from the store.

The store and not the announcement says what a document's chunks are, so a view can be ahead of the announcements
and never behind what it has read. `offsets` say how far that is; a snapshot goes on from there.
"""

import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta

import structlog

from services.retriever.ports import Announcements, Copies, SparseIndex
from services.retriever.unsettled import OneCopy
from shared.lab.freshness import journey_of
from shared.messages import DocumentIndexed
from shared.messages.schema import LONGEST_IDENTIFIER
from shared.records import RawRecord, key_of, understood
from shared.retention import FOREVER, Retention
from shared.stored import ChunkSearch
from shared.telemetry import metrics

AT_ONCE = 500
FORGET_EVERY_S = 60.0
SETTLED_SINCE = timedelta(days=1)
"""Announcements that are older are read after a start too, and are no news: their documents are where they are."""
ONE_COPY = OneCopy()
log = structlog.get_logger()


class MaterialisedView:
    """Implements View. `follow` reads ahead in a thread; without it, whoever waits does the reading."""

    def __init__(
        self,
        announcements: Announcements,
        chunks: ChunkSearch,
        indexes: Sequence[SparseIndex],
        keep: Retention = FOREVER,
        *,
        copies: Copies = ONE_COPY,
        tells: bool = True,
    ) -> None:
        self._announcements = announcements
        self._chunks = chunks
        self._indexes = indexes
        self._keep = keep
        self._copies = copies
        self._tells = tells
        self._writing = threading.Lock()
        self._moved = threading.Condition()
        self._thread: threading.Thread | None = None
        self._ended = self._complete = False
        self._forgot_at = float("-inf")
        self._offsets: dict[int, int] = {}
        self._start()

    def ends(self) -> Mapping[int, int]:
        return self._announcements.ends() if self.indexed else {}

    def reach(self, ends: Mapping[int, int], within_s: float) -> bool:
        """Raises RuntimeError where the thread that should follow has ended: then no wait would help."""
        lag = sum(max(0, end - self._offsets.get(partition, 0)) for partition, end in ends.items())
        metrics.VIEW_LAG.of().set(lag)
        if self._thread is not None:
            with self._moved:
                self._moved.wait_for(lambda: self._holds(ends) or self._ended, within_s)
            if self._ended:
                raise RuntimeError("nothing follows the announcements any more; the log says why")
            return self._holds(ends) and self._copies.complete
        deadline = time.monotonic() + within_s
        while not self._holds(ends):
            self.turn(0.0)
            if time.monotonic() > deadline:
                break
        return self._holds(ends) and self._copies.complete

    def refresh(self, document_ids: Sequence[str]) -> None:
        """Read these documents again now, and count how often that was needed."""
        metrics.VIEW_REFRESHED.of().inc(len(document_ids))
        self._copies.take(document_ids)
        self._index(document_ids)

    def turn(self, wait_s: float) -> int:
        """Take in what has been announced since; returns how many records that were."""
        records = self._announcements.poll(AT_ONCE, wait_s)
        offsets = dict(self._announcements.offsets())
        if records or offsets != self._offsets:
            since = self._keep.now() - SETTLED_SINCE
            self._copies.take(_documents(record for record in records if record.appended_at >= since))
            self._index(_documents(records), offsets)
            with self._moved:
                self._offsets = offsets
                self._moved.notify_all()
        self._copies.retry()
        self._forget()
        self._tell_of_ways(records)
        return len(records)

    def catch_up(self) -> None:
        """Take in everything that is there now, however long it takes; says how long that was."""
        started, ends = time.monotonic(), self.ends()
        while not self._holds(ends):
            self.turn(0.1)
        metrics.VIEW_REBUILD.of().set(time.monotonic() - started)
        self._complete = True
        log.info("view is complete", chunks=self.size, seconds=round(time.monotonic() - started, 1))

    def follow(self, stopping: threading.Event, pause_s: float = 1.0) -> None:
        """Keep up in a thread of its own. While the store does not answer, it tries again and says so."""
        self._thread = threading.Thread(target=self._followed, args=(stopping, pause_s), name="view", daemon=True)
        self._thread.start()

    @property
    def indexed(self) -> bool:
        """Whether there is anything that a question has to wait for."""
        return bool(self._indexes) or self._copies.several

    @property
    def size(self) -> int:
        return max((index.size for index in self._indexes), default=0)

    def _followed(self, stopping: threading.Event, pause_s: float) -> None:
        try:
            self._keep_up(stopping, pause_s)
        finally:
            with self._moved:
                self._ended = True
                self._moved.notify_all()

    def _keep_up(self, stopping: threading.Event, pause_s: float) -> None:
        lost = False
        while not stopping.is_set():
            try:
                if lost:  # what was polled and not taken in is read again
                    self._announcements.seek(self._offsets)
                lost = False
                self.turn(0.2)
            except Exception as error:  # a store or a broker that is away for a while must not end a view for good
                log.warning("view waits", error=f"{type(error).__name__}: {error}")
                lost = True
                stopping.wait(pause_s)

    def _start(self) -> None:
        """Go on from the snapshots where all indexes have the same one; else all begin anew."""
        held = [dict(index.offsets) for index in self._indexes]
        together = bool(held) and all(offsets == held[0] for offsets in held)
        if together and self._announcements.seek(held[0]):
            self._offsets = held[0]
            return
        for index in self._indexes:
            index.clear()
        self._announcements.seek({})

    def _index(self, document_ids: Sequence[str], offsets: Mapping[int, int] | None = None) -> None:
        """Read documents and give them to every index, in one step for all who write."""
        with self._writing:
            standing = self._chunks.of_documents(document_ids) if document_ids and self._indexes else {}
            for index in self._indexes:
                for document_id, passages in standing.items():
                    index.replace(document_id, passages)
                index.commit(offsets if offsets is not None else dict(index.offsets))
        metrics.VIEW_CHUNKS.of().set(self.size)

    def _tell_of_ways(self, records: Sequence[RawRecord]) -> None:
        """How long documents took that were announced since the view was complete; one view of several tells."""
        if self._complete and self._tells:
            for record, message in understood(DocumentIndexed, records):
                for stage, ms in journey_of(record, message).took_ms.items():
                    metrics.FRESHNESS_SECONDS.of(stage.replace(" ", "_")).observe(max(0.0, ms / 1000))

    def _forget(self) -> None:
        """What has outlived its time leaves; no search shows it in between, its scope sees to that."""
        before = self._keep.not_before
        if before is None or time.monotonic() < self._forgot_at + FORGET_EVERY_S:
            return
        self._forgot_at = time.monotonic()
        with self._writing:
            for index in self._indexes:
                index.forget(before)
                index.commit(dict(index.offsets))

    def _holds(self, ends: Mapping[int, int]) -> bool:
        return all(self._offsets.get(partition, 0) >= end for partition, end in ends.items())


def _documents(records: Iterable[RawRecord]) -> list[str]:
    """The documents that are announced. No document has another kind of name, and no store takes it as a key."""
    names = dict.fromkeys(key_of(record) for record in records)
    return [name for name in names if 0 < len(name) <= LONGEST_IDENTIFIER]
