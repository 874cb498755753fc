"""How the arms stand by now."""

from collections.abc import AsyncIterator

from fastapi import APIRouter, Request, Response
from fastapi.sse import EventSourceResponse, ServerSentEvent

from services.web.live.site import STANDINGS, Site
from services.web.pages import streams
from services.web.pages.given import OfSite, Open
from services.web.pages.rendering import page, part
from shared.lab import standing_words
from shared.standings import ALL

router = APIRouter(include_in_schema=False)


@router.get("/standings")
def show(request: Request, site: OfSite, of: str = ALL) -> Response:
    """Of one slice of the questions; `all` is every one."""
    return page(request, "standings.html", {"of": of, **_shown(site, of)})


@router.get("/standings/stream", response_class=EventSourceResponse, dependencies=[Open])
async def stream(site: OfSite, of: str = ALL) -> AsyncIterator[ServerSentEvent]:
    """The same anew whenever something was counted."""
    async for event in streams.kept_up(site, STANDINGS, lambda: (part(site, "standing.html", _shown(site, of)), False)):
        yield event


def _shown(site: Site, of: str) -> dict[str, object]:
    known, measures = site.standings, standing_words.measures()
    standing = known.get(of)
    arms = standing.arms.items() if standing else ()
    return {
        "standing": standing,
        "slices": sorted(known, key=lambda name: (name != ALL, name)),
        "table": [[arm, *standing_words.row(estimates, measures)] for arm, estimates in arms],
        "sentences": [*standing_words.sentences(standing)] if standing else [],
        "measures": measures,
    }
