"""Pieces of pages that are sent again whenever what they show has changed."""

import asyncio
from collections.abc import AsyncGenerator, Callable

from fastapi.sse import ServerSentEvent

from services.web.live.site import Site

QUIET_S = 15.0
"""After which a comment goes out, so that nobody in between takes the connection for dead."""
DONE = "done"


async def kept_up(site: Site, name: str, piece: Callable[[], tuple[str, bool]]) -> AsyncGenerator[ServerSentEvent]:
    """The piece now, and anew with each change of what has this name, until it says that nothing more will come."""
    with site.changes.listening(name) as changed:
        last = ""
        while not site.changes.is_closing:
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
