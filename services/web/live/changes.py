"""Telling open pages that something changed, from a thread that reads topics to the loop that serves pages.

A page is told that there is something new, never what: it looks for itself. So a slow browser holds up nobody, and
what waits for it does not grow: names that were told and not heard yet wait once, and only such as somebody listens to.
"""

import asyncio
import threading
from collections.abc import Collection, Iterator
from contextlib import contextmanager


class Changes:
    """Listeners by the names of what they look at. `is_closing`: open pages are to end."""

    def __init__(self) -> None:
        self.is_closing = False
        self._listening: dict[str, set[asyncio.Event]] = {}
        self._told: set[str] = set()
        self._open: set[asyncio.Event] = set()
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None

    def serve_from(self, loop: asyncio.AbstractEventLoop | None) -> None:
        """The loop in which pages listen; None once it ends."""
        with self._lock:
            self._loop, self._told = loop, set()

    def tell(self, name: str) -> None:
        """From any thread: what has this name is not what it was. Whoever begins to listen later looks anyway."""
        with self._lock:
            loop = self._loop
            if name not in self._listening or loop is None or loop.is_closed():
                return
            is_first = not self._told
            self._told.add(name)
        if is_first:
            loop.call_soon_threadsafe(self._wake)

    def tell_all(self) -> None:
        """From any thread: something that every page shows is not what it was."""
        for name in [*self._listening]:
            self.tell(name)

    def close(self) -> None:
        """From any thread: every open page ends."""
        self.is_closing = True
        self.tell_all()

    @contextmanager
    def listening(self, name: str) -> Iterator[asyncio.Event]:
        """An event that is set with each change; whoever waits for it clears it before looking."""
        event = asyncio.Event()
        self._open.add(event)
        self.listen(event, [name])
        try:
            yield event
        finally:
            self._open.discard(event)
            self.leave(event)

    def listen(self, event: asyncio.Event, names: Collection[str]) -> None:
        """From any thread: the event is set with each change of these as well, while it listens at all."""
        with self._lock:
            for name in names if event in self._open else ():
                self._listening.setdefault(name, set()).add(event)

    def leave(self, event: asyncio.Event, names: Collection[str] | None = None) -> None:
        """From any thread: it is set with changes of these no more; with none of any where names are left out."""
        with self._lock:
            for name in [*self._listening] if names is None else names:
                events = self._listening.get(name, set())
                events.discard(event)
                if not events:
                    self._listening.pop(name, None)

    @property
    def names(self) -> int:
        """How many names somebody listens to."""
        return len(self._listening)

    def _wake(self) -> None:
        with self._lock:
            told, self._told = self._told, set()
            events = {event for name in told for event in self._listening.get(name, ())}
        for event in events:
            event.set()
