"""What people did by hand, for programs, as JSON."""

from fastapi import APIRouter

from services.web.pages.given import OfSite
from services.web.pages.paging import paged
from shared.lab.acting import SAID
from shared.messages import ActionTaken

AT_ONCE = 100
router = APIRouter(prefix="/api")


@router.get("/actions")
def actions(site: OfSite, at: int = 1) -> list[ActionTaken]:
    """What people did by hand, the newest first, without the places of letters."""
    part = paged(site.operations.actions(*SAID), at, AT_ONCE)
    return [action.model_copy(update={"letters": ()}) for action in part.items]
