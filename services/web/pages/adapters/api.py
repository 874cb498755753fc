"""Adapters for programs, as JSON."""

from fastapi import APIRouter

from services.web.pages.given import OfPerson, OfSite
from services.web.pages.paging import AtPage, Paged, paged
from shared.adapters import wording
from shared.messages import AdapterAnnounced

router = APIRouter(prefix="/api")


@router.get("/adapters")
def adapters(site: OfSite, person: OfPerson, at: AtPage = 1) -> Paged[AdapterAnnounced]:
    """Every adapter as it was announced last, changed last first; where it lies is told to operators."""
    part = paged(wording.newest_first(site.operations.adapters), at)
    return part if person.may("operator") else part.of(lambda of: of.model_copy(update={"location": ""}))
