"""Traces for programs, as JSON."""

from fastapi import APIRouter

from services.web.pages.given import OfPerson, OfSite
from services.web.pages.trace.page import Trace, trace_of

router = APIRouter(prefix="/api")


@router.get("/trace")
def trace(site: OfSite, person: OfPerson, question: str = "", document: str = "") -> Trace:
    """The records of a question or of a document, and the time between them in milliseconds."""
    return trace_of(site, person, question, document)
