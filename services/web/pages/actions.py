"""What people did by hand, for programs, as JSON."""

from fastapi import APIRouter

from services.web.pages.given import OfSite
from services.web.pages.paging import AtPage, Paged, paged
from shared.lab.acting import SAID
from shared.messages import ActionTaken

router = APIRouter(prefix="/api")


@router.get("/actions")
def actions(site: OfSite, at: AtPage = 1) -> Paged[ActionTaken]:
    """What people did by hand, the newest first, without the places of letters."""
    part = paged(site.operations.actions(*SAID), at)
    return part.of(lambda action: action.model_copy(update={"letters": ()}))
