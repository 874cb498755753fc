"""Pieces of pages that are sent again whenever what they show has changed."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from hashlib import sha256

from fastapi.sse import ServerSentEvent

from services.web.live.site import Site

QUIET_S = 15.0
"""After which a comment goes out, so that nobody in between takes the connection for dead."""
DONE = "done"


async def kept_up(
    site: Site,
    name: str,
    piece: Callable[[], tuple[str, bool]],
    *,
    refresh: Callable[[], int] | None = None,
    every_s: float | None = None,
    spacing_s: float = 0.0,
) -> AsyncGenerator[ServerSentEvent]:
    """The piece now, and anew with each change of what has this name, until it says that nothing more will come.

    `refresh` comes before, in a thread, and after `every_s` (`QUIET_S`) without a change; where it tells another
    number, the piece is made anew as well. Between two pieces are `spacing_s`, however much changes.
    """
    with site.changes.listening(name) as changed:
        last, count, has_changed = b"", -1, True
        while not site.changes.is_closing:
            changed.clear()
            before, count = count, await asyncio.to_thread(refresh) if refresh else 0
            if has_changed or count != before:
                now, is_last = await asyncio.to_thread(piece)
                digest = sha256(now.encode(errors="replace")).digest()
                if digest != last:
                    yield ServerSentEvent(raw_data=now)
                    last = digest
                    await asyncio.sleep(spacing_s)
                if is_last:
                    yield ServerSentEvent(event=DONE, raw_data="")
                    return
            has_changed = await _within(changed, every_s or QUIET_S)
            if not has_changed:
                yield ServerSentEvent(comment="still here")


async def _within(changed: asyncio.Event, seconds: float) -> bool:
    try:
        await asyncio.wait_for(changed.wait(), seconds)
    except TimeoutError:
        return False
    return True
