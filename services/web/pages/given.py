"""What a route is given beside its path: the site, the browser, and a form's fields within bounds."""

from typing import Annotated
from urllib.parse import parse_qs

from fastapi import Depends, Request

from services.web.live.site import Site
from services.web.safety import Browser

MOST_BYTES, MOST_FIELDS = 64 * 1024, 50


class TooLargeError(ValueError):
    """A form of more bytes than one of ours can have."""


def _site(request: Request) -> Site:
    site: Site = request.app.state.site
    return site


def _browser(request: Request) -> Browser:
    browser: Browser = request.state.browser
    return browser


async def _fields(request: Request) -> dict[str, str]:
    """Of a form as browsers send it; of several fields of one name the last. Raises TooLargeError."""
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > MOST_BYTES:
            raise TooLargeError(f"a form may have {MOST_BYTES:,} bytes: shorten what you wrote")
    said = parse_qs(body.decode(errors="replace"), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    return {name: values[-1].replace("\r\n", "\n").strip() for name, values in said.items()}


OfSite = Annotated[Site, Depends(_site)]
OfBrowser = Annotated[Browser, Depends(_browser)]
Fields = Annotated[dict[str, str], Depends(_fields)]
