"""Questions with results, all arms against a chosen one, as a page and as JSON."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from services.web.pages.compare.comparison import Compared, compared
from services.web.pages.compare.view import View
from services.web.pages.given import OfPerson, OfSite
from services.web.pages.rendering import page

router = APIRouter()


@router.get("/compare", include_in_schema=False)
def show(request: Request, site: OfSite, person: OfPerson, view: Annotated[View, Query()]) -> Response:
    """A view by its address."""
    shown = compared(site, view, person, [*request.query_params])
    return page(request, "compare/compare.html", {"shown": shown, "view": shown.view})


@router.get("/api/compare")
def programs(request: Request, site: OfSite, person: OfPerson, view: Annotated[View, Query()]) -> Compared:
    """The same for programs; what is left out is filled in under `view`."""
    return compared(site, view, person, [*request.query_params])
