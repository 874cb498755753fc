"""What is not done: told as a page, or as problem details to programs."""

from collections.abc import Sequence
from urllib.parse import quote

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse
from pydantic import ValidationError
from starlette.exceptions import HTTPException

from services.web.pages import faults
from services.web.pages.problems import problem
from services.web.pages.rendering import API, page
from services.web.signing.ways import NotSignedInError

ABSENT, UNSIGNED, UNREADABLE = 404, 401, 422
NO_PAGE = "There is no page of this address."


def install(app: FastAPI) -> None:
    """Every error that a route may raise has an answer."""
    app.add_exception_handler(HTTPException, _by_status)
    app.add_exception_handler(RequestValidationError, _unreadable)
    for kind in faults.STATUS:
        app.add_exception_handler(kind, _wrong)
    app.add_exception_handler(NotSignedInError, _unsigned)


def refused(request: Request, status: int, why: str, fields: Sequence[tuple[str, str]] = ()) -> Response:
    """What was wrong and what to do; `fields`: the names of those to blame, each with a sentence."""
    why = faults.sentence(why)
    if request.url.path.startswith(API):
        return problem(status, why, fields)
    return page(request, "refused.html", {"why": why, "wrong": fields, "is_absent": status == ABSENT}, status)


async def _by_status(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    is_unknown = error.status_code == ABSENT and error.detail == "Not Found"
    answer = refused(request, error.status_code, NO_PAGE if is_unknown else str(error.detail))
    answer.headers.update(error.headers or {})
    return answer


async def _unreadable(request: Request, error: Exception) -> Response:
    """Parameters of an address, or a body of a program, that say nothing."""
    assert isinstance(error, RequestValidationError)
    where = "body" if request.method == "POST" else "address"
    told = [(".".join(path[1:]) or where, why) for path, why in faults.placed(error.errors())]
    return refused(request, UNREADABLE, f"This {where} cannot be understood", told)


async def _wrong(request: Request, error: Exception) -> Response:
    if isinstance(error, ValidationError):
        told = [(".".join(path), why) for path, why in faults.placed(error.errors(include_input=False))]
        return refused(request, faults.status_of(error), "This cannot be sent as it is", told)
    return refused(request, faults.status_of(error), str(error))


async def _unsigned(request: Request, error: Exception) -> Response:
    """To where one signs in, and back; programs and forms are told, so that nothing is sent that nobody signed."""
    to = f"{request.url.path}?{request.url.query}" if request.url.query else request.url.path
    if request.method == "GET" and not request.url.path.startswith(API) and not request.url.path.endswith("/stream"):
        return RedirectResponse(f"/sign-in?to={quote(to, safe='')}", status_code=303)
    answer = refused(request, UNSIGNED, str(error))
    answer.headers["WWW-Authenticate"] = "Bearer"
    return answer
