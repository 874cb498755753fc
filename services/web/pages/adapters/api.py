"""Adapters for programs, as JSON."""

from fastapi import APIRouter

from services.web.pages.given import OfPerson, OfSite
from shared.messages import AdapterAnnounced

router = APIRouter(prefix="/api")


@router.get("/adapters")
def adapters(site: OfSite, person: OfPerson) -> list[AdapterAnnounced]:
    """Every adapter as it was announced last; where it lies is told to operators."""
    known = site.operations.adapters.values()
    told = known if person.may("operator") else (of.model_copy(update={"location": ""}) for of in known)
    return sorted(told, key=lambda adapter: (adapter.since, adapter.name), reverse=True)
