"""What a route is given beside its path: the site, the browser, and who looks."""

from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import Depends, Request

from services.web.live.site import Site
from services.web.safety import Browser
from services.web.signing.people import Person
from services.web.signing.ways import NotSignedInError
from shared.people import Role

MOST_OF_ONE = 20


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
SignedIn = Depends(_person)
Open = Depends(_free)
"""Before a page is kept up to date."""
