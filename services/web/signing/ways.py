"""How it is found out who looks at a page."""

import hashlib
from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import Protocol

from starlette.requests import Request

from services.web.safety import Browser
from services.web.signing.listed import ListedPeople
from services.web.signing.people import Person

TOKEN_COOKIE, BEARER = "tiltyard_token", "bearer "
MOST_NAME, MOST_TOKEN = 100, 200
Networks = Sequence[IPv4Network | IPv6Network]


class NotSignedInError(ValueError):
    """Nobody who is known looks; signing in would help."""


class Signing(Protocol):
    """One way of finding it out."""

    @property
    def by_token(self) -> bool:
        """Whether the sign-in page takes tokens."""
        ...

    def who(self, request: Request, browser: Browser) -> Person | None:
        """None of somebody who has not signed in."""
        ...

    def with_token(self, token: str) -> Person | None:
        """Whose token it is; None where it is nobody's, or where nobody signs in with one."""
        ...

    def is_secure(self, request: Request) -> bool:
        """Whether the browser came by https, so that what it keeps may go back by https alone."""
        ...


class ThisMachine:
    """Nobody is asked who they are: whoever reaches a loopback address may do all that needs no labels."""

    by_token = False

    def who(self, request: Request, browser: Browser) -> Person:
        """By the name that was drawn for the browser, as a pseudonym from which nobody finds that name."""
        del request
        name = f"web-{hashlib.sha256(browser.name.encode()).hexdigest()[:16]}"
        return Person(name, voter=name, role="operator", is_new=browser.is_new)

    def with_token(self, token: str) -> None:
        """Nobody needs one."""

    def is_secure(self, request: Request) -> bool:
        """As the connection is."""
        return request.url.scheme == "https"


class Token:
    """People sign in with a token of their own: on the sign-in page, or in a header as programs do."""

    by_token = True

    def __init__(self, listed: ListedPeople, proxies: Networks) -> None:
        self._listed, self._proxies = listed, proxies

    def who(self, request: Request, browser: Browser) -> Person | None:
        """A header stands over what the browser keeps."""
        del browser
        said = request.headers.get("authorization", "")
        token = said[len(BEARER) :].strip() if said.casefold().startswith(BEARER) else request.cookies.get(TOKEN_COOKIE)
        return self.with_token(token or "")

    def with_token(self, token: str) -> Person | None:
        """By the list of people as it is now."""
        return self._listed.by_token(token) if len(token) <= MOST_TOKEN else None

    def is_secure(self, request: Request) -> bool:
        """As the connection is, or as a proxy in front says that the browser's is."""
        return request.url.scheme == "https" or _is_forwarded_https(request, self._proxies)


class Proxy:
    """A proxy in front signs people in, and says their name in a header. From others the header is not believed."""

    by_token = False

    def __init__(self, listed: ListedPeople, header: str, proxies: Networks) -> None:
        self._listed, self._header, self._proxies = listed, header, proxies

    def who(self, request: Request, browser: Browser) -> Person | None:
        """None where no proxy of ours speaks, or where it names nobody, or more than one."""
        del browser
        names = request.headers.getlist(self._header)
        if not comes_from(request, self._proxies) or len(names) != 1:
            return None
        try:
            name = names[0].strip().encode("latin-1").decode()
        except UnicodeError:
            return None
        is_one = name.isprintable() and "," not in name and 0 < len(name) <= MOST_NAME
        return self._listed.person(name) if is_one else None

    def with_token(self, token: str) -> None:
        """The proxy takes people's secrets; the pages take none."""

    def is_secure(self, request: Request) -> bool:
        """As the proxy says that the browser's connection is."""
        return request.url.scheme == "https" or _is_forwarded_https(request, self._proxies)


def comes_from(request: Request, networks: Networks) -> bool:
    """Whether the other end of the connection is in one of these."""
    try:
        peer = ip_address(request.client.host if request.client else "")
    except ValueError:
        return False
    return any(peer in network for network in networks)


def _is_forwarded_https(request: Request, proxies: Networks) -> bool:
    return comes_from(request, proxies) and request.headers.get("x-forwarded-proto", "").strip().casefold() == "https"
