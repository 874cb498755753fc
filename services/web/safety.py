"""Forms that come from our own pages, and from one browser each."""

import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from http.cookies import SimpleCookie

from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.web.signing.people import Person

COOKIE, YEAR_S = "tiltyard", 31_536_000
FORM = "application/x-www-form-urlencoded"
MOST_BYTES = 64 * 1024
"""Of what is typed into a form, or of what a program sends."""
MOST_OF_FORM = 16 * MOST_BYTES
"""Of a form as it comes, in which a letter may take nine bytes: what is larger is not read, and so cannot come back."""
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
STATIC = "/static/"


class ForeignFormError(ValueError):
    """A form that none of our pages gave to this browser."""


class OldFormError(ValueError):
    """A form of ours by the browser's word, whose mark is none: it may come back filled in, and nothing is done."""


class FormTooLargeError(ValueError):
    """More was typed than a form may have."""


class TooLargeError(HTTPException):
    """A body of more bytes than one of ours can have. What reads bodies lets no other kind of error through."""

    def __init__(self, why: str) -> None:
        super().__init__(413, why)


@dataclass(frozen=True)
class Browser:
    """Who looks at a page: a name drawn by chance that the browser keeps, so that votes of one are one voter's."""

    name: str
    is_new: bool

    @classmethod
    def of(cls, request: Request) -> "Browser":
        """By its cookie; a new one where it has none that we could have given."""
        name = request.cookies.get(COOKIE, "")
        known = len(name) == 24 and name.isascii() and name.isalnum()
        return cls(name, is_new=False) if known else cls(secrets.token_hex(12), is_new=True)


def cookie(name: str, value: str, seconds: int, *, is_secure: bool) -> str:
    """Scripts cannot read it, and forms of other sites do not send it; links from there do."""
    morsel: SimpleCookie = SimpleCookie({name: value})
    for attribute, wanted in (("max-age", seconds), ("httponly", True), ("samesite", "lax"), ("path", "/")):
        morsel[name][attribute] = wanted
    morsel[name]["secure"] = is_secure
    return morsel[name].OutputString()


class Safe:
    """Around the application: the headers of every answer, a name for every browser, and who uses it.

    An answer that says a policy of its own keeps it: files that were written elsewhere have a stricter one.
    """

    def __init__(
        self,
        app: ASGIApp,
        who: Callable[[Request, Browser], Person | None],
        is_secure: Callable[[Request], bool],
    ) -> None:
        self._app, self._who, self._is_secure = app, who, is_secure

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As ASGI calls it."""
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        request = Request(scope)
        browser = Browser.of(request)
        scope.setdefault("state", {}).update(browser=browser, person=self._who(request, browser))

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                if not scope["path"].startswith(STATIC):
                    headers["Cache-Control"] = "no-store"
                    if browser.is_new:
                        kept = cookie(COOKIE, browser.name, YEAR_S, is_secure=self._is_secure(request))
                        headers.append("Set-Cookie", kept)
            await send(message)

        most = MOST_OF_FORM if _is_form_of_somebody(request) else MOST_BYTES
        return await self._app(scope, bounded(receive, most), sent)


def is_from_us(request: Request) -> bool:
    """Whether the browser says that a page of this very origin sent the request; scripts cannot change what it says.

    Browsers that are too old to say so count as others, and so do programs.
    """
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    host = request.headers.get("host", "")
    return request.headers.get("origin") in (f"http://{host}", f"https://{host}")


def _is_form_of_somebody(request: Request) -> bool:
    return request.state.person is not None and request.headers.get("content-type", "").startswith(FORM)


def bounded(receive: Receive, most: int) -> Receive:
    """What raises TooLargeError where a body is larger than so many bytes, also when it is asked again for the rest."""
    size = 0

    def check() -> None:
        if size > most:
            raise TooLargeError(
                f"more was sent than is read ({most:,} bytes), and nothing was done: go back, and shorten it"
            )

    async def received() -> Message:
        nonlocal size
        check()
        message = await receive()
        size += len(message.get("body", b""))
        check()
        return message

    return received


class Forms:
    """Marks of forms by a secret of this process: after a restart a form has to be sent once more."""

    def __init__(self, secret: bytes | None = None) -> None:
        self._secret = secret or secrets.token_bytes(32)

    def mark(self, browser: Browser, *of: str) -> str:
        """For a form of this browser about something; what it is about cannot be read from it."""
        said = "".join(f"{len(part)}:{part}" for part in (browser.name, *of))
        return hmac.new(self._secret, said.encode(), hashlib.sha256).hexdigest()

    def knows(self, mark: str, browser: Browser, *of: str) -> bool:
        """Whether this process gave that mark."""
        return hmac.compare_digest(mark.encode(errors="replace"), self.mark(browser, *of).encode())
