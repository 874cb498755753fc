"""What a route is given beside its path: the site, the browser, and a form's fields within bounds."""

from collections.abc import AsyncIterator
from typing import Annotated, Any
from urllib.parse import parse_qs

from fastapi import Depends, Request

from services.web.live.site import Site
from services.web.safety import Browser
from services.web.signing.people import Person
from services.web.signing.ways import NotSignedInError
from shared.people import Role

MOST_FIELDS, MOST_OF_ONE = 50, 20


class TooManyStreamsError(ConnectionError):
    """More pages are open than are kept up to date."""


def _site(request: Request) -> Site:
    site: Site = request.app.state.site
    return site


def _browser(request: Request) -> Browser:
    browser: Browser = request.state.browser
    return browser


def _person(request: Request) -> Person:
    """Raises NotSignedInError where nobody has signed in."""
    person: Person | None = request.state.person
    if person is None:
        raise NotSignedInError("sign in first, or send a token: Authorization: Bearer TOKEN")
    return person


def only(role: Role) -> Any:
    """Of a route: NotAllowedError for whoever has a lower role."""

    def required(person: Annotated[Person, Depends(_person)]) -> None:
        person.require(role)

    return Depends(required)


async def _fields(request: Request) -> dict[str, str]:
    """Of a form as browsers send it; of several fields of one name the last. Raises ValueError for too many."""
    body = (await request.body()).decode(errors="replace")
    said = parse_qs(body, keep_blank_values=True, max_num_fields=MOST_FIELDS)
    return {name: values[-1].replace("\r\n", "\n").strip() for name, values in said.items()}


async def _free(request: Request) -> AsyncIterator[None]:
    """Raises TooManyStreamsError where as many pages are open as are kept up to date, of all or of one person."""
    site, person = _site(request), _person(request)
    if site.open_of.total() >= site.settings.streams:
        raise TooManyStreamsError(f"{site.settings.streams} pages are open already: load this one again instead")
    if site.open_of[person.voter] >= MOST_OF_ONE:
        raise TooManyStreamsError(f"you have {MOST_OF_ONE} pages open already: close one, or load this one again")
    site.open_of[person.voter] += 1
    try:
        yield
    finally:
        site.open_of[person.voter] -= 1
        if not site.open_of[person.voter]:
            del site.open_of[person.voter]


OfSite = Annotated[Site, Depends(_site)]
OfBrowser = Annotated[Browser, Depends(_browser)]
OfPerson = Annotated[Person, Depends(_person)]
Fields = Annotated[dict[str, str], Depends(_fields)]
SignedIn = Depends(_person)
Open = Depends(_free)
"""Before a page is kept up to date."""
