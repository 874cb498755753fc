"""Pieces of pages that are sent again whenever what they show has changed."""

from collections.abc import AsyncGenerator, Callable, Collection
from functools import partial

from fastapi.sse import EventSourceResponse, format_sse_event
from starlette.types import Receive, Scope, Send

from services.web.live.pieces import Shown, Source
from services.web.live.site import Site
from services.web.signing.people import Person

QUIET_S = 15.0
"""After which a comment goes out, so that nobody in between takes the connection for dead."""
QUIET, DONE = format_sse_event(comment="still here"), format_sse_event(event="done", data_str="")
Show = Callable[[Site, Person, str], Shown]
"""What is shown of something to somebody, who is nobody in particular: it has no name, and what it may do and see."""
Beside = Callable[[Site, Person, str], Collection[str]]


class Stream(EventSourceResponse):
    """Ends its `events` when it has ended, also where the browser went away."""

    def __init__(self, events: AsyncGenerator[bytes]) -> None:
        super().__init__(events, headers={"X-Accel-Buffering": "no"})
        self.events = events

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As ASGI calls it."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            await self.events.aclose()


def kept_up(
    site: Site,
    person: Person,
    show: Show,
    of: str = "",
    *,
    name: str,
    beside: Beside | None = None,
    refresh: Callable[[], int] | None = None,
    every_s: float | None = None,
    spacing_s: float = 0.0,
) -> AsyncGenerator[bytes]:
    """The piece now, and anew with each change of what has this name, until it says that nothing more will come.

    It is made once for all who may do and see the same; see `Source` for what tells when. `show` and `beside` are
    functions of a module, which know of the reader only what they are given: another one is another piece.
    """
    seen = person.alike
    source = Source(
        name, partial(show, site, seen, of), beside and partial(beside, site, seen, of), refresh, every_s or QUIET_S,
        spacing_s,
    )  # fmt: skip
    return _events(site, (show, of, seen), source)


async def _events(site: Site, key: tuple[Show, str, Person], source: Source) -> AsyncGenerator[bytes]:
    """A browser that is slow leaves out what came meanwhile."""
    with site.pieces.followed(key, source) as making:
        number = 0
        while not site.changes.is_closing:
            piece = await making.after(number, QUIET_S)
            if piece is None:
                yield QUIET
                continue
            if piece.number > number:
                yield piece.event
                number = piece.number
            if piece.is_last:
                yield DONE
                return
