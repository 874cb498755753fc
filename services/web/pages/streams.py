"""Pieces of pages that are sent again whenever what they show has changed."""

import asyncio
from collections.abc import AsyncGenerator, Callable

from fastapi.sse import ServerSentEvent

from services.web.live.site import Site

QUIET_S = 15.0
"""After which a comment goes out, so that nobody in between takes the connection for dead."""
DONE = "done"


class TooManyStreamsError(ConnectionError):
    """More pages are open than are kept up to date."""


async def kept_up(site: Site, name: str, piece: Callable[[], tuple[str, bool]]) -> AsyncGenerator[ServerSentEvent]:
    """The piece now, and anew with each change of what has this name, until it says that nothing more will come.

    Raises TooManyStreamsError where the site serves as many as it may.
    """
    if site.changes.count >= site.settings.streams:
        raise TooManyStreamsError(f"{site.settings.streams} pages are open already: load this one again instead")
    with site.changes.listening(name) as changed:
        last = ""
        while True:
            changed.clear()
            now, is_last = piece()
            if now != last:
                yield ServerSentEvent(raw_data=now)
                last = now
            if is_last:
                yield ServerSentEvent(event=DONE, raw_data="")
                return
            try:
                await asyncio.wait_for(changed.wait(), QUIET_S)
            except TimeoutError:
                yield ServerSentEvent(comment="still here")
