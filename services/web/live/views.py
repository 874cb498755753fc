"""What pages have counted for a view: kept until what it was counted from has changed."""

import threading
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

from services.web.live.kept import Kept
from services.web.live.sizes import size_of

T = TypeVar("T")
MOST = 200


class Views:
    """By all that a view depends on beside its version. Several who ask for the same at once wait for one of them."""

    def __init__(self, most_bytes: int) -> None:
        self._counted = Kept[Hashable, tuple[object, Any]](MOST, most_bytes)
        self._counting = Kept[Hashable, threading.Lock](MOST)
        self._lock = threading.Lock()

    def get(self, key: Hashable, version: Callable[[], object], count: Callable[[], T]) -> T:
        """Counted anew where `version` tells another one than before."""
        with self._lock_of(key):
            now = version()  # what changes while it is counted is counted the next time
            before = self._counted.get(key)
            if before is not None and before[0] == now:
                kept: T = before[1]
                return kept
            counted = count()
            self._counted.put(key, (now, counted), size_of((key, counted)))
            return counted

    def _lock_of(self, key: Hashable) -> threading.Lock:
        with self._lock:
            lock = self._counting.get(key) or threading.Lock()
            self._counting.put(key, lock)
            return lock
