"""Contests for programs, as JSON."""

from fastapi import APIRouter

from services.web.pages.given import OfSite
from services.web.pages.paging import paged
from shared.messages import ContestAnnounced

AT_ONCE = 100
router = APIRouter(prefix="/api")


@router.get("/contests")
def contests(site: OfSite, at: int = 1) -> list[ContestAnnounced]:
    """The contests that were announced, the newest first."""
    return [of.announcement for of in paged(site.operations.contests(), at, AT_ONCE).items]
