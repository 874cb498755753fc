"""What arms read, for programs, as JSON."""

from fastapi import APIRouter
from fastapi.exceptions import HTTPException

from services.web.pages.evidence.page import Evidence, evidence_of
from services.web.pages.given import OfPerson, OfSite
from services.web.pages.problems import told

router = APIRouter(prefix="/api")


@router.get("/evidence", responses=told(404))
def evidence(site: OfSite, person: OfPerson, question: str, arm: str) -> Evidence:
    """What an arm was given to read; 404 where nothing is left of it."""
    found = evidence_of(site, person, question, arm)
    if found.gone:
        raise HTTPException(404, found.gone)
    return found
