"""How soon documents can be found, and publishing one to watch it on its way."""

from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from urllib.parse import quote
from uuid import uuid4

from fastapi import APIRouter, Request, Response
from fastapi.exceptions import HTTPException
from fastapi.responses import RedirectResponse
from fastapi.sse import EventSourceResponse, ServerSentEvent

from services.web.live.on_the_way import EMBEDDER, INGEST
from services.web.live.site import FRESHNESS, LOOK_EVERY_S, Site
from services.web.pages import streams
from services.web.pages.given import Fields, OfBrowser, OfPerson, OfSite, Open, only
from services.web.pages.rendering import page, part
from services.web.pages.words import took
from shared import topology
from shared.lab.freshness import STAGES, Journey, Quantiles, stages
from shared.lags import absent
from shared.messages import DocumentPublished

PUBLISH, OURS, NEWEST, OLDEST, SPACING_S = "publish", "web-", 20, 10, 1.0
WAITS_FOR = {
    INGEST: "waits for ingest",
    EMBEDDER: "taken in; waits for the embedder, or says nothing new",
}
router = APIRouter(include_in_schema=False)


@router.get("/freshness")
def show(request: Request, site: OfSite, browser: OfBrowser) -> Response:
    """Percentiles of each stage, what is on its way, how far services are behind, and a form for one more document."""
    site.lags.refresh()
    return page(request, "freshness.html", {"mark": site.forms.mark(browser, PUBLISH), **_shown(site)})


@router.get("/freshness/stream", response_class=EventSourceResponse, dependencies=[Open])
async def stream(site: OfSite) -> AsyncIterator[ServerSentEvent]:
    """The same anew whenever a document was published or announced, and how far services are every few seconds."""

    def piece() -> tuple[str, bool]:
        return part(site, "stages.html", _shown(site)), False

    async for event in streams.kept_up(
        site, FRESHNESS, piece, refresh=site.lags.refresh, every_s=LOOK_EVERY_S, spacing_s=SPACING_S
    ):
        yield event


@router.post("/document", dependencies=[only("operator")])
def publish(site: OfSite, browser: OfBrowser, person: OfPerson, fields: Fields) -> Response:
    """Publish a document, and lead to where it can be watched."""
    site.forms.require(fields.get("mark", ""), browser, PUBLISH)
    document = document_of(fields)
    site.asking.count(person)
    site.documents.expect(document.document_id)
    site.publish(topology.DOCUMENTS, document)
    return RedirectResponse(f"/document?id={quote(document.document_id)}", status_code=303)


@router.get("/document")
def one(request: Request, site: OfSite, id: str) -> Response:  # noqa: A002  (the parameter's name in addresses)
    """What became of a document by now."""
    return page(request, "document.html", {"document_id": id, **_fate(site, id)})


@router.get("/document/stream", response_class=EventSourceResponse, dependencies=[Open])
async def fate_stream(site: OfSite, id: str) -> AsyncIterator[ServerSentEvent]:  # noqa: A002
    """The same anew, until it can be found or was refused."""

    def piece() -> tuple[str, bool]:
        shown = _fate(site, id)
        return part(site, "fate.html", shown), bool(shown["is_known"])

    async for event in streams.kept_up(site, id, piece):
        yield event


def document_of(fields: Mapping[str, str]) -> DocumentPublished:
    """Raises ValueError where it is none."""
    if not fields.get("text"):
        raise ValueError("the document has no text: write some, so that something can be found")
    said = {name: fields.get(name, "") for name in ("title", "text", "source")}
    return DocumentPublished.model_validate({"document_id": f"{OURS}{uuid4()}", **said})


def _shown(site: Site) -> dict[str, object]:
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
        "newest": [(journey, _took(journey)) for journey in newest[:NEWEST]],
        "columns": STAGES,
    }


def _fate(site: Site, document_id: str) -> dict[str, object]:
    """Raises HTTPException for a document that is neither among the newest nor was published here."""
    fate = site.documents.fate(document_id)
    if fate is None:
        raise HTTPException(404, "nothing is kept here of this document: it may be too long ago")
    steps = [*zip(STAGES, _took(fate.journey), strict=True)] if fate.journey else []
    return {"fate": fate, "steps": steps, "is_known": fate.is_known}


def _quantiles(of: Quantiles) -> list[str]:
    return ["" if value is None else took(value) for value in (of.p50, of.p95, of.p99)]


def _took(journey: Journey) -> list[str]:
    """Each stage's time; "" of one that its announcement does not tell."""
    return [took(journey.took_ms[stage]) if stage in journey.took_ms else "" for stage in STAGES]
