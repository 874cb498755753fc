"""The pages as an application: routes, forms and streams over what was read from the topics."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.staticfiles import StaticFiles
from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.middleware.trustedhost import TrustedHostMiddleware

from services.web.live.site import Site
from services.web.pages import (
    adapters,
    api,
    asking,
    contest,
    dead,
    freshness,
    operations_api,
    resending,
    standings,
    voting,
)
from services.web.pages.given import SignedIn
from services.web.pages.rendering import refused
from services.web.safety import ForeignFormError, Safe, TooLargeError, TooOftenError
from services.web.signing.people import NotAllowedError
from services.web.signing.ways import NotSignedInError
from shared.records import reason_of

HOSTS = ("127.0.0.1", "localhost", "[::1]")
"""And that of the settings: by other names only somebody else's page would reach us."""
STATUS = {
    NotSignedInError: 401, NotAllowedError: 403, ForeignFormError: 403, TooOftenError: 429, TooLargeError: 413,
    ConnectionError: 503, ValueError: 422,
}  # fmt: skip


def application(site: Site) -> FastAPI:
    """All pages over one site."""

    @asynccontextmanager
    async def serving(_: FastAPI) -> AsyncIterator[None]:
        site.changes.serve_from(asyncio.get_running_loop())
        yield
        site.changes.serve_from(None)

    app = FastAPI(title="Tiltyard", lifespan=serving, docs_url=None, redoc_url=None, openapi_url="/api/openapi.json")
    app.state.site = site
    app.mount("/static", StaticFiles(directory=Path(__file__).parent / "static"), name="static")
    for page in (asking, voting, standings, freshness, dead, resending, adapters, contest, operations_api, api):
        app.include_router(page.router, dependencies=[SignedIn])
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=[*HOSTS, site.settings.name])
    app.add_middleware(Safe, who=site.signing.who)
    app.add_exception_handler(HTTPException, _absent)
    app.add_exception_handler(RequestValidationError, _incomplete)
    for kind in STATUS:
        app.add_exception_handler(kind, _wrong)
    return app


async def _absent(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return refused(request, error.status_code, str(error.detail))


async def _incomplete(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    faults = (f"{'.'.join(map(str, fault['loc'][1:]))}: {fault['msg']}" for fault in error.errors()[:5])
    return refused(request, 422, "; ".join(faults))


async def _wrong(request: Request, error: Exception) -> Response:
    why = reason_of(error) if isinstance(error, ValidationError) else str(error)
    status = next(status for kind, status in STATUS.items() if isinstance(error, kind))
    return refused(request, status, why)
