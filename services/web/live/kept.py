"""The newest of what strangers send, within a number and a size of memory: the one way in which pages bound a view."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from math import inf
from sys import getsizeof
from typing import Any, Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")
SLACK, BESIDE = 20, 320
"""The part by which there may be too many for a while; bytes of an entry beside its key and value."""


class Kept(Generic[K, V]):
    """By key; where there are too many, or too many bytes, those go that come first by `order`.

    Without an order those go that were put in longest ago. What alone takes more than all may take is not kept. Any
    thread may write. `gone`: how many were taken out or had to leave.
    """

    def __init__(self, most: int, most_bytes: float = inf, order: Callable[[V], Any] | None = None) -> None:
        self._most, self.bound, self._order = most, most_bytes, order
        self._held: OrderedDict[K, V] = OrderedDict()
        self._sizes: dict[K, int] = {}
        self._beside: dict[K, int] = {}
        self._lock = threading.Lock()
        self.bytes = self.gone = 0

    def __len__(self) -> int:
        return len(self._held)

    def __contains__(self, key: object) -> bool:
        return key in self._held

    def __iter__(self) -> Iterator[K]:
        return iter([*self._held])

    def get(self, key: K) -> V | None:
        """None where it is not there, or no longer."""
        return self._held.get(key)

    def values(self) -> list[V]:
        """All of them, as they are now; without an order, those put in longest ago come first."""
        return [*self._held.values()]

    def pop(self, key: K) -> V | None:
        """Take it out."""
        with self._lock:
            return self._pop(key)

    def drop(self) -> None:
        """Take out the one that goes first, where there is any."""
        with self._lock:
            for key in self._leaving():
                self._pop(key)
                return

    def size_of(self, key: K) -> int:
        """In bytes, as it was told; 0 of what is not there."""
        return self._sizes.get(key, 0)

    def grow(self, key: K, value: V, added_bytes: int) -> None:
        """In place of what had the key, which took so much less memory."""
        self.put(key, value, self.size_of(key) + added_bytes)

    def put(self, key: K, value: V, size_bytes: int = 0) -> None:
        """In place of what had the key. `size_bytes`: that it takes in memory, see `sizes.py`."""
        with self._lock:
            if key not in self._held:  # what a key takes may grow later, so it is counted once
                self._beside[key] = BESIDE + getsizeof(key)
                self.bytes += self._beside[key]
            self.bytes += size_bytes - self._sizes.get(key, 0)
            self._held[key], self._sizes[key] = value, size_bytes
            self._held.move_to_end(key)
            if len(self._held) > self._most + self._most // SLACK or self.bytes > self.bound:
                self._shrink()

    def _shrink(self) -> None:
        """Several at once, so that finding the first ones is not done for each."""
        least = self.bound * (SLACK - 1) / SLACK
        for key in self._leaving():
            is_alone = len(self._held) == 1 and self.bytes <= self.bound
            if is_alone or (len(self._held) <= self._most and self.bytes <= least):
                return
            self._pop(key)

    def _leaving(self) -> Iterator[K]:
        """In the order in which they go."""
        if (order := self._order) is not None:
            yield from sorted(self._held, key=lambda key: order(self._held[key]))
        while self._held:
            yield next(iter(self._held))

    def _pop(self, key: K) -> V | None:
        if key not in self._held:
            return None
        self.bytes -= self._sizes.pop(key) + self._beside.pop(key)
        self.gone += 1
        return self._held.pop(key)
