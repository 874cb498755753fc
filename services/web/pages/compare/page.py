"""Questions with results, all arms against a chosen one, as a page and as JSON."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from services.web.live.site import Site
from services.web.pages.compare.comparison import Compared, compared
from services.web.pages.compare.view import View
from services.web.pages.given import OfPerson, OfSite
from services.web.pages.rendering import page
from services.web.signing.people import Person

router = APIRouter()


@router.get("/compare", include_in_schema=False)
def show(request: Request, site: OfSite, person: OfPerson, view: Annotated[View, Query()]) -> Response:
    """A view by its address."""
    shown = _compared(request, site, person, view)
    return page(request, "compare/compare.html", {"shown": shown, "view": shown.view})


@router.get("/api/compare")
def programs(request: Request, site: OfSite, person: OfPerson, view: Annotated[View, Query()]) -> Compared:
    """The same for programs; what is left out is filled in under `view`."""
    return _compared(request, site, person, view)


def _compared(request: Request, site: Site, person: Person, view: View) -> Compared:
    """Counted once for all who may see the same, until a question with a result has changed."""
    names, seen = tuple(request.query_params), person.alike
    return site.views.get(
        (view, names, seen), lambda: site.questions.version, lambda: compared(site, view, seen, names)
    )
