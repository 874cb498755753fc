"""Contests for programs, as JSON."""

from fastapi import APIRouter

from services.web.pages.given import OfSite
from services.web.pages.paging import AtPage, Paged, paged
from shared.messages import ContestAnnounced

router = APIRouter(prefix="/api")


@router.get("/contests")
def contests(site: OfSite, at: AtPage = 1) -> Paged[ContestAnnounced]:
    """The contests that were announced, the newest first."""
    return paged(site.operations.contests(), at).of(lambda of: of.announcement)
