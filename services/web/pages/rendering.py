"""Filling templates in."""

from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import urlencode

from fastapi import Request, Response
from fastapi.templating import Jinja2Templates

from services.web.live.site import Site
from services.web.pages import faults, words
from services.web.pages.paging import PAGE
from services.web.signing.people import DOES, Person
from shared.lab import accounting
from shared.people import Role

TEMPLATES = Jinja2Templates(directory=Path(__file__).parents[1] / "templates")
TEMPLATES.env.trim_blocks = TEMPLATES.env.lstrip_blocks = True
TEMPLATES.env.filters.update(
    age=words.age, exact=words.exact, exact_ms=words.exact_ms, counted=words.counted, took=words.took,
    placed=accounting.name, sentence=faults.sentence,
)  # fmt: skip
API = "/api/"
MENU: tuple[tuple[str, str, Role], ...] = (
    ("/", "Ask", "reader"),
    ("/compare", "Compare", "reader"),
    ("/vote", "Vote", "voter"),
    ("/review", "Review", "reviewer"),
    ("/standings", "Standings", "reader"),
    ("/freshness", "Freshness", "reader"),
    ("/reports", "Reports", "reader"),
    ("/dead", "Dead letters", "reader"),
    ("/adapters", "Adapters", "reader"),
    ("/contest", "Contest", "reader"),
)
"""Pages that stand in every page's menu, and the role that each takes."""
SECTIONS = {
    "/question": "/", "/evidence": "/", "/trace": "/", "/document": "/freshness", "/adapter": "/adapters",
}  # fmt: skip
"""Where a page belongs that is not below one of the menu."""


def page(request: Request, name: str, shown: Mapping[str, object], status: int = 200) -> Response:
    """A whole page; `here` is where it is, for the menu."""
    return TEMPLATES.TemplateResponse(request, name, {**_around(request), **shown}, status)


def _around(request: Request) -> dict[str, object]:
    """What every page is told beside its own: the menu shows what this person may do."""
    person: Person | None = request.state.person
    menu = [(address, said) for address, said, role in MENU if person is not None and person.may(role)]
    does = person and DOES[person.role]
    return {
        "here": request.url.path,
        "at_page": _pages_of(request),
        "site": request.app.state.site,
        "person": person,
        "menu": menu,
        "does": does,
        "section": _section(request.url.path),
    }


def _pages_of(request: Request) -> Callable[[int], str]:
    """The address of another page of the list that is shown; all else that the address says stays."""
    rest = [(name, value) for name, value in request.query_params.multi_items() if name != PAGE]
    return lambda number: f"{request.url.path}?{urlencode([*rest, (PAGE, str(number))])}"


def _section(path: str) -> str:
    """The page of the menu to which another one belongs; "" where it is none."""
    below = next((address for address, _, _ in MENU if address != "/" and path.startswith(f"{address}/")), "")
    return below or SECTIONS.get(f"/{path.split('/')[1]}", "")


def part(site: Site, name: str, shown: Mapping[str, object]) -> str:
    """A piece of a page, which says for itself whether it is up to date."""
    return TEMPLATES.get_template(name).render({"site": site, **shown})
