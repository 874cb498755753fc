"""How soon documents can be found, with a form to publish one (`documents.py` takes it)."""

from collections.abc import AsyncIterator

from fastapi import APIRouter, Request, Response
from fastapi.sse import EventSourceResponse, ServerSentEvent

from services.web.live.site import FRESHNESS, Site
from services.web.pages import streams
from services.web.pages.given import OfBrowser, OfSite, Open
from services.web.pages.rendering import page, part
from services.web.pages.words import took
from services.web.safety import Browser
from shared.lab.freshness import STAGES, Journey, Quantiles, stages

PUBLISH, NEWEST = "publish", 20
router = APIRouter(include_in_schema=False)


@router.get("/freshness")
def show(request: Request, site: OfSite, browser: OfBrowser) -> Response:
    """Percentiles of each stage, the newest documents, and a form for one more."""
    return page(request, "freshness.html", shown(site, browser))


@router.get("/freshness/stream", response_class=EventSourceResponse, dependencies=[Open])
async def stream(site: OfSite) -> AsyncIterator[ServerSentEvent]:
    """The same anew whenever a document was announced."""
    async for event in streams.kept_up(site, FRESHNESS, lambda: (part(site, "stages.html", _stages(site)), False)):
        yield event


def shown(site: Site, browser: Browser) -> dict[str, object]:
    """The page with an empty form."""
    return {"mark": site.forms.mark(browser, PUBLISH), "said": {}, "faults": None, **_stages(site)}


def took_of(journey: Journey) -> list[str]:
    """Each stage's time; "" of one that its announcement does not tell."""
    return [took(journey.took_ms[stage]) if stage in journey.took_ms else "" for stage in STAGES]


def _stages(site: Site) -> dict[str, object]:
    newest = site.documents.journeys
    by_stage = stages(newest)
    return {
        "stages": [(stage, *_quantiles(by_stage[stage])) for stage in STAGES],
        "n": len(newest),
        "newest": [(journey, took_of(journey)) for journey in newest[:NEWEST]],
        "columns": STAGES,
    }


def _quantiles(of: Quantiles) -> list[str]:
    return ["" if value is None else took(value) for value in (of.p50, of.p95, of.p99)]
