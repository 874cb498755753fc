"""Telling open pages that something changed, from a thread that reads topics to the loop that serves pages.

A page is told that there is something new, never what: it looks for itself. So a slow browser holds up nobody, and
what waits for it does not grow.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager


class Changes:
    """Listeners by the name of what they look at. `is_closing`: open pages are to end."""

    def __init__(self) -> None:
        self.is_closing = False
        self._listening: dict[str, set[asyncio.Event]] = defaultdict(set)
        self._loop: asyncio.AbstractEventLoop | None = None

    def serve_from(self, loop: asyncio.AbstractEventLoop | None) -> None:
        """The loop in which pages listen; None once it ends."""
        self._loop = loop

    def tell(self, name: str) -> None:
        """From any thread: what has this name is not what it was."""
        loop = self._loop
        if loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(self._wake, name)

    def tell_all(self) -> None:
        """From any thread: something that every page shows is not what it was."""
        loop = self._loop
        if loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(self._wake_all)

    def close(self) -> None:
        """From any thread: every open page ends."""
        self.is_closing = True
        self.tell_all()

    @contextmanager
    def listening(self, name: str) -> Iterator[asyncio.Event]:
        """An event that is set with each change; whoever waits for it clears it before looking."""
        event = asyncio.Event()
        self._listening[name].add(event)
        try:
            yield event
        finally:
            self._listening[name].discard(event)
            if not self._listening[name]:
                del self._listening[name]

    @property
    def count(self) -> int:
        """How many listen."""
        return sum(map(len, self._listening.values()))

    def _wake(self, name: str) -> None:
        for event in self._listening.get(name, ()):
            event.set()

    def _wake_all(self) -> None:
        for name in [*self._listening]:
            self._wake(name)
