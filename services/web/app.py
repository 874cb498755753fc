"""The pages as an application: routes, forms and streams over what was read from the topics."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache, partial
from pathlib import Path
from urllib.parse import quote

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException
from starlette.middleware.trustedhost import TrustedHostMiddleware

from services.web.live.site import Site
from services.web.pages import faults, interface
from services.web.pages.given import SignedIn
from services.web.pages.rendering import API, refused
from services.web.pages.routes import ROUTES
from services.web.pages.sign_in import page as sign_in
from services.web.safety import Safe
from services.web.signing.ways import NotSignedInError

HOSTS = ("127.0.0.1", "localhost", "[::1]")
"""And that of the settings: by other names only somebody else's page would reach us."""


def application(site: Site) -> FastAPI:
    """All pages over one site."""

    @asynccontextmanager
    async def serving(_: FastAPI) -> AsyncIterator[None]:
        site.changes.serve_from(asyncio.get_running_loop())
        yield
        site.changes.serve_from(None)

    app = FastAPI(title="Tiltyard", lifespan=serving, docs_url=None, redoc_url=None, openapi_url="/api/openapi.json")
    app.state.site = site
    document = cache(partial(interface.described, app))
    app.openapi = document  # type: ignore[method-assign]
    app.mount("/static", StaticFiles(directory=Path(__file__).parent / "static"), name="static")
    for route in ROUTES:
        app.include_router(route, dependencies=[SignedIn])
    app.include_router(sign_in.router)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=[*HOSTS, site.settings.name, *site.settings.known_names])
    app.add_middleware(Safe, who=site.signing.who, is_secure=site.signing.is_secure)
    app.add_exception_handler(HTTPException, _absent)
    app.add_exception_handler(RequestValidationError, _incomplete)
    for kind in faults.STATUS:
        app.add_exception_handler(kind, _wrong)
    app.add_exception_handler(NotSignedInError, _unknown)
    return app


async def _absent(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return refused(request, error.status_code, str(error.detail))


async def _incomplete(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    faults = (f"{'.'.join(map(str, fault['loc'][1:]))}: {fault['msg']}" for fault in error.errors()[:5])
    return refused(request, 422, "; ".join(faults))


async def _wrong(request: Request, error: Exception) -> Response:
    return refused(request, faults.status_of(error), faults.why(error))


async def _unknown(request: Request, error: Exception) -> Response:
    """To where one signs in, and back; programs and forms are told, so that nothing is sent that nobody signed."""
    to = f"{request.url.path}?{request.url.query}" if request.url.query else request.url.path
    if request.method == "GET" and not request.url.path.startswith(API) and not request.url.path.endswith("/stream"):
        return RedirectResponse(f"/sign-in?to={quote(to, safe='')}", status_code=303)
    answer = refused(request, 401, str(error))
    answer.headers["WWW-Authenticate"] = "Bearer"
    return answer
