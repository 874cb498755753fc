"""How soon documents can be found, with a form to publish one (`documents/page.py` takes it)."""

from datetime import UTC, datetime

from fastapi import APIRouter, Request, Response

from services.web.live.on_the_way import EMBEDDER, INGEST
from services.web.live.pieces import Shown
from services.web.live.site import FRESHNESS, LOOK_EVERY_S, Site
from services.web.pages.given import OfBrowser, OfPerson, OfSite, Open
from services.web.pages.rendering import page, part
from services.web.pages.streams import Stream, kept_up
from services.web.pages.words import took
from services.web.safety import Browser
from services.web.signing.people import Person
from shared.lab.freshness import STAGES, Journey, Quantiles, stages
from shared.lags import absent

PUBLISH, NEWEST, OLDEST, SPACING_S = "publish", 20, 10, 1.0
WAITS_FOR = {
    INGEST: "waits for ingest",
    EMBEDDER: "taken in; waits for the embedder, or says nothing new",
}
router = APIRouter(include_in_schema=False)


@router.get("/freshness")
def show(request: Request, site: OfSite, browser: OfBrowser) -> Response:
    """Percentiles of each stage, what is on its way, how far services are behind, and a form for one more document."""
    site.lags.refresh()
    return page(request, "freshness/freshness.html", shown(site, browser))


@router.get("/freshness/stream", dependencies=[Open])
async def stream(site: OfSite, person: OfPerson) -> Stream:
    """The same anew whenever a document was published or announced, and how far services are every few seconds."""
    return Stream(
        kept_up(
            site, person, _piece, name=FRESHNESS, refresh=site.lags.refresh, every_s=LOOK_EVERY_S, spacing_s=SPACING_S
        )
    )


def _piece(site: Site, person: Person, of: str) -> Shown:
    """The same for everybody."""
    del person, of
    return Shown(part(site, "freshness/stages.html", _stages(site)))


def shown(site: Site, browser: Browser) -> dict[str, object]:
    """The page with an empty form."""
    return {"mark": site.forms.mark(browser, PUBLISH), "said": {}, "faults": None, **_stages(site)}


def took_of(journey: Journey) -> list[str]:
    """Each stage's time; "" of one that its announcement does not tell."""
    return [took(journey.took_ms[stage]) if stage in journey.took_ms else "" for stage in STAGES]


def _stages(site: Site) -> dict[str, object]:
    newest = site.documents.journeys
    by_stage, lags = stages(newest), site.lags.value
    waiting = site.documents.on_the_way.oldest(lags)
    return {
        "waiting": [(known, WAITS_FOR[known.for_service]) for known in waiting[:OLDEST]],
        "n_waiting": len(waiting),
        "lags": lags,
        "lags_unknown": site.lags.why,
        "absent": absent(lags.at_work) if lags else [],
        "now": datetime.now(UTC),
        "stages": [(stage, *_quantiles(by_stage[stage])) for stage in STAGES],
        "n": len(newest),
        "since": newest[-1].announced_at if newest else None,
        "newest": [(journey, took_of(journey)) for journey in newest[:NEWEST]],
        "columns": STAGES,
    }


def _quantiles(of: Quantiles) -> list[str]:
    return ["" if value is None else took(value) for value in (of.p50, of.p95, of.p99)]
