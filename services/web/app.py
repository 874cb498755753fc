"""The pages as an application: routes, forms and streams over what was read from the topics."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache, partial
from pathlib import Path

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles
from starlette.middleware.trustedhost import TrustedHostMiddleware

from services.web.live.site import Site
from services.web.pages import interface, problems, refusing
from services.web.pages.given import SignedIn
from services.web.pages.routes import ROUTES
from services.web.pages.sign_in import page as sign_in
from services.web.safety import Safe

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
        app.include_router(route, dependencies=[SignedIn], responses=problems.told(401, 422))
    app.include_router(sign_in.router)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=[*HOSTS, site.settings.name, *site.settings.known_names])
    app.add_middleware(Safe, who=site.signing.who, is_secure=site.signing.is_secure)
    refusing.install(app)
    return app
