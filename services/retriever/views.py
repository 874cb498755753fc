"""Several views of the announcements as one: what a contest needs later is read beside the first, from the start."""

import threading
from collections.abc import Callable, Mapping, Sequence

from services.retriever.ports import Announcements, Copies, SparseIndex
from services.retriever.view import ONE_COPY, MaterialisedView
from shared.retention import Retention
from shared.stored import ChunkSearch


class Views:
    """Implements View. A question waits for all of them, since it is not known which index a search asks."""

    def __init__(
        self,
        announcements: Callable[[], Announcements],
        chunks: ChunkSearch,
        keep: Retention,
        *,
        copies: Copies = ONE_COPY,
    ) -> None:
        self._announcements = announcements
        self._chunks = chunks
        self._keep = keep
        self._copies = copies
        self._views: list[MaterialisedView] = []
        self._stopping: threading.Event | None = None

    def add(self, indexes: Sequence[SparseIndex]) -> None:
        """Keep these word indexes up too; where the others are followed already, they are read to the end first."""
        first = not self._views
        view = MaterialisedView(
            self._announcements(),
            self._chunks,
            indexes,
            self._keep,
            copies=self._copies if first else ONE_COPY,
            tells=first,
        )
        if self._stopping is not None:
            view.catch_up()
            view.follow(self._stopping)
        self._views.append(view)

    def ends(self) -> Mapping[int, int]:
        return self._views[0].ends() if len(self._views) == 1 else self._farthest()

    def reach(self, ends: Mapping[int, int], within_s: float) -> bool:
        reached = [view.reach(ends, within_s) for view in self._views if view.indexed]
        return all(reached)

    def refresh(self, document_ids: Sequence[str]) -> None:
        for view in self._views:
            view.refresh(document_ids)

    def catch_up(self) -> None:
        """Take in everything that is there now, however long it takes."""
        for view in self._views:
            view.catch_up()

    def follow(self, stopping: threading.Event) -> None:
        """Keep up, each in a thread of its own."""
        self._stopping = stopping
        for view in self._views:
            view.follow(stopping)

    def turn(self, wait_s: float) -> int:
        """Take in what has been announced since, without a thread; returns how many records that were."""
        return sum(view.turn(wait_s) for view in self._views)

    @property
    def size(self) -> int:
        return max(view.size for view in self._views)

    def _farthest(self) -> Mapping[int, int]:
        """Every view names the ends of the same topic; one without an index names none."""
        return max((view.ends() for view in self._views), key=len)
