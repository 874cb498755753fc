"""Pieces of open pages: each is made once for all streams that show the same, and anew whenever it has changed.

What a piece is made from is its key: what it shows, and what its readers may do and see. It is made for somebody who is
nobody in particular, so that nothing of one reader can come to another.
"""

import asyncio
from collections.abc import Callable, Collection, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from fastapi.sse import format_sse_event

from services.web.live.changes import Changes

MOST_NAMES = 1_000
"""Of what one piece shows beside: whatever is beyond changes unseen until the page is loaded again."""


@dataclass(frozen=True)
class Shown:
    """`text`: None where it is as it was. `is_last`: nothing more will come."""

    text: str | None
    is_last: bool = False


@dataclass(frozen=True)
class Piece:
    """As it is sent, in bytes that all streams share. Of two that differ the later one has the higher `number`."""

    number: int
    event: bytes
    is_last: bool


@dataclass(frozen=True)
class Source:
    """How a piece is made. `show` and `beside` are called in a thread, one after the other and never twice at once.

    `beside`: names of what it shows beside what has its own `name`, found before it is shown. `refresh` comes before,
    and after `every_s` without a change; where it tells another number, the piece is made anew as well. Between two
    pieces are `spacing_s`, however much changes.
    """

    name: str
    show: Callable[[], Shown]
    beside: Callable[[], Collection[str]] | None = None
    refresh: Callable[[], int] | None = None
    every_s: float = 15.0
    spacing_s: float = 0.0


class Making:
    """One piece, while somebody looks. Everything runs in the loop of the pages, but what makes the piece."""

    def __init__(self, changes: Changes, source: Source) -> None:
        self._changes, self._source = changes, source
        self._news = asyncio.Condition()
        self._beside: frozenset[str] = frozenset()
        self._newest: Piece | None = None
        self._error: Exception | None = None
        self.is_over, self.readers = False, 0
        self.task = asyncio.create_task(self._run())

    async def after(self, number: int, within_s: float) -> Piece | None:
        """The newest piece once it has a higher number, or is the last; None where that is not so in time, or ever.

        Raises what making it raised.
        """
        try:
            async with asyncio.timeout(within_s), self._news:
                await self._news.wait_for(lambda: self.is_over or self._newer(number))
        except TimeoutError:
            return None
        if self._error is not None:
            raise self._error
        return self._newer(number)

    def _newer(self, number: int) -> Piece | None:
        piece = self._newest
        return piece if piece is not None and (piece.number > number or piece.is_last) else None

    async def _run(self) -> None:
        try:
            with self._changes.listening(self._source.name) as changed:
                await self._keep_up(changed)
        except Exception as error:  # whatever it is, each reader is told
            self._error = error
        self.is_over = True
        await self._notify()

    async def _keep_up(self, changed: asyncio.Event) -> None:
        source, count, has_changed = self._source, -1, True
        while not self._changes.is_closing:
            changed.clear()
            before, count = count, await asyncio.to_thread(source.refresh) if source.refresh else 0
            if has_changed or count != before:
                shown = await asyncio.to_thread(self._shown, changed)
                if self._take(shown):
                    await self._notify()
                    await asyncio.sleep(source.spacing_s)
                if shown.is_last:
                    return
            has_changed = await _within(changed, source.every_s)

    def _shown(self, changed: asyncio.Event) -> Shown:
        """In a thread. What is shown beside is listened to before it is looked at, so that no change is missed."""
        if self._source.beside is not None:
            beside = frozenset([*self._source.beside()][:MOST_NAMES])
            self._changes.listen(changed, beside - self._beside)
            self._changes.leave(changed, self._beside - beside - {self._source.name})
            self._beside = beside
        return self._source.show()

    def _take(self, shown: Shown) -> bool:
        """Whether readers are to be told."""
        before = self._newest or Piece(0, b"", is_last=False)
        event = before.event if shown.text is None else format_sse_event(data_str=shown.text)
        is_new = event != before.event
        self._newest = Piece(before.number + is_new, event if is_new else before.event, shown.is_last)
        return is_new or shown.is_last

    async def _notify(self) -> None:
        async with self._news:
            self._news.notify_all()


class Pieces:
    """Those that somebody looks at, by what they are made from."""

    def __init__(self, changes: Changes) -> None:
        self._changes = changes
        self._making: dict[Hashable, Making] = {}

    def __len__(self) -> int:
        return len(self._making)

    @contextmanager
    def followed(self, key: Hashable, source: Source) -> Iterator[Making]:
        """The one that others with this key follow as well; it ends with the last of them."""
        making = self._making.get(key)
        if making is None or making.is_over:
            making = self._making[key] = Making(self._changes, source)
        making.readers += 1
        try:
            yield making
        finally:
            making.readers -= 1
            if not making.readers:
                making.task.cancel()
                if self._making.get(key) is making:
                    del self._making[key]


async def _within(changed: asyncio.Event, seconds: float) -> bool:
    try:
        await asyncio.wait_for(changed.wait(), seconds)
    except TimeoutError:
        return False
    return True
