"""What programs are told of a fault: problem details as RFC 9457 has them, with the fields that are wrong."""

from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any

from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

MEDIA_TYPE, NO_TYPE = "application/problem+json", "about:blank"
SCHEMA = "Problem"
WHY: Mapping[int, str] = {
    401: "Nobody has signed in, or the token is nobody's.",
    403: "It takes a role that this person has not.",
    404: "Nothing is kept of it, or it is not for this person.",
    409: "Something else is in hand, or what it is about has changed.",
    413: "The body is larger than one may be.",
    422: "A parameter or the body cannot be understood; `errors` says where.",
    429: "This person has done so as often as anyone may within a time.",
    503: "The broker, or what it takes, does not answer at the moment; nothing was done.",
}


class FieldProblem(BaseModel):
    """What is wrong with one parameter, or with one field of the body."""

    field: str
    detail: str


class Problem(BaseModel):
    """Why a request was not done (RFC 9457). `title` says what its status means, `detail` what to do."""

    type: str = Field(default=NO_TYPE, description="no further kinds than the status tells")
    title: str
    status: int
    detail: str
    errors: tuple[FieldProblem, ...] = Field(default=(), description="of fields, where any are to blame")


def problem(status: int, detail: str, fields: Iterable[tuple[str, str]] = ()) -> JSONResponse:
    """The answer; of each field its name and what is wrong with it."""
    told = Problem(
        title=HTTPStatus(status).phrase,
        status=status,
        detail=detail,
        errors=tuple(FieldProblem(field=name, detail=why) for name, why in fields),
    )
    return JSONResponse(told.model_dump(mode="json"), status, media_type=MEDIA_TYPE)


def told(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """How the document of the interface describes the problems of a route."""
    content = {MEDIA_TYPE: {"schema": {"$ref": f"#/components/schemas/{SCHEMA}"}}}
    return {status: {"description": WHY[status], "content": content} for status in statuses}
