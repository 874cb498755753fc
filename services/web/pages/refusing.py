"""What is not done: told as a page, or as problem details to programs."""

from collections.abc import Mapping, Sequence
from urllib.parse import quote

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse
from pydantic import ValidationError
from starlette.exceptions import HTTPException

from services.web.pages import faults
from services.web.pages.problems import problem
from services.web.pages.rendering import API, page
from services.web.pages.sent import is_form, sent
from services.web.safety import is_from_us
from services.web.signing.ways import NotSignedInError

ABSENT, UNSIGNED, UNREADABLE = 404, 401, 422
NO_PAGE = "There is no page of this address."
LATER = (UNSIGNED, 409, 429, 503)
"""Where the same form may be taken another time."""
SECRET = ("token",)
WRITTEN = {
    "text": "Text", "title": "Title", "source": "Source", "sources": "Only from these sources",
    "tags": "Only with these tags", "as_of": "As it was known on", "references": "Accepted answers",
    "outdated": "An answer that later news made wrong", "gold_document_ids": "Documents that hold the answer",
    "reason": "Why", "contest": "The contest", "new_tracks": "Tracks that have no adapter yet",
}  # fmt: skip
"""Fields into which people write, of all forms, and what they are called where no page of their own can show them."""


def install(app: FastAPI) -> None:
    """Every error that a route may raise has an answer."""
    app.add_exception_handler(HTTPException, _by_status)
    app.add_exception_handler(RequestValidationError, _unreadable)
    for kind in faults.STATUS:
        app.add_exception_handler(kind, _wrong)
    app.add_exception_handler(NotSignedInError, _unsigned)


async def refused(request: Request, status: int, why: str, fields: Sequence[tuple[str, str]] = ()) -> Response:
    """What was wrong and what to do, with what was typed; `fields`: those to blame, each with a sentence."""
    why = faults.sentence(why)
    if request.url.path.startswith(API):
        return problem(status, why, fields)
    shown = {"why": why, "wrong": fields, "is_absent": status == ABSENT, "form": await _typed(request)}
    shown |= {"written": WRITTEN, "may_be_sent": status in LATER, "is_unsigned": status == UNSIGNED}
    return page(request, "refused.html", shown, status)


async def _typed(request: Request) -> Mapping[str, str]:
    """What a form of ours had in it where somebody wrote into it; nothing of other requests."""
    if not is_form(request) or not is_from_us(request):
        return {}
    try:
        fields = {**(await sent(request)).fields}
    except (ValueError, HTTPException):  # more than is read
        return {}
    fields = {name: said for name, said in fields.items() if name not in SECRET}
    return fields if any(said and name in WRITTEN for name, said in fields.items()) else {}


async def _by_status(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    is_unknown = error.status_code == ABSENT and error.detail == "Not Found"
    answer = await refused(request, error.status_code, NO_PAGE if is_unknown else str(error.detail))
    answer.headers.update(error.headers or {})
    return answer


async def _unreadable(request: Request, error: Exception) -> Response:
    """Parameters of an address, or a body of a program, that say nothing."""
    assert isinstance(error, RequestValidationError)
    where = "body" if request.method == "POST" else "address"
    told = [(".".join(path[1:]) or where, why) for path, why in faults.placed(error.errors())]
    return await refused(request, UNREADABLE, f"This {where} cannot be understood", told)


async def _wrong(request: Request, error: Exception) -> Response:
    if isinstance(error, ValidationError):
        told = [(".".join(path), why) for path, why in faults.placed(error.errors(include_input=False))]
        return await refused(request, faults.status_of(error), "This cannot be sent as it is", told)
    return await refused(request, faults.status_of(error), str(error))


async def _unsigned(request: Request, error: Exception) -> Response:
    """To where one signs in, and back; programs and forms are told, so that nothing is sent that nobody signed."""
    to = f"{request.url.path}?{request.url.query}" if request.url.query else request.url.path
    if request.method == "GET" and not request.url.path.startswith(API) and not request.url.path.endswith("/stream"):
        return RedirectResponse(f"/sign-in?to={quote(to, safe='')}", status_code=303)
    answer = await refused(request, UNSIGNED, str(error))
    answer.headers["WWW-Authenticate"] = "Bearer"
    return answer
