"""Values that are made only while somebody looks, and seldom enough however many do."""

import threading
from collections.abc import Callable
from time import monotonic
from typing import Generic, TypeVar

from services.web.live.kept import Kept

T = TypeVar("T")


class Refreshed(Generic[T]):
    """Made anew by whoever looks, where it is older than `every_s` and `version` is another than it was made from.

    One thread at a time makes it; others go on with what there is. `value`: None until it is made. `why` it could not
    be made the last time; "" where it could. `count`: how often it has changed.
    """

    def __init__(
        self,
        make: Callable[[], T],
        *,
        every_s: float,
        version: Callable[[], object] | None = None,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._make, self._every_s, self._version, self._clock = make, every_s, version, clock
        self._lock, self._due, self._made_from = threading.Lock(), 0.0, object()
        self.value: T | None = None
        self.why, self.count = "", 0

    def refresh(self) -> int:
        """Make it anew where that is due; tells `count`. What takes long is made at most half of the time."""
        if self._lock.acquire(blocking=self.value is None):
            try:
                self._refresh()
            finally:
                self._lock.release()
        return self.count

    def _refresh(self) -> None:
        began = self._clock()
        version = self._version() if self._version else object()
        if began < self._due or version == self._made_from:
            return
        try:
            self.value, self.why, self._made_from = self._make(), "", version
        except ConnectionError as error:
            self.why = str(error)
        self.count += 1
        now = self._clock()
        self._due = now + max(self._every_s, now - began)


class Named(Generic[T]):
    """One such value for each name that somebody looked at lately, of at most so many. `of` tells how each is made."""

    def __init__(self, of: Callable[[str], Refreshed[T]], most: int = 64) -> None:
        self._of, self._lock = of, threading.Lock()
        self._held = Kept[str, Refreshed[T]](most)

    def get(self, name: str) -> Refreshed[T]:
        """The one of this name."""
        with self._lock:
            held = self._held.get(name) or self._of(name)
            self._held.put(name, held)
            return held
