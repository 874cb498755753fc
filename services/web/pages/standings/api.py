"""How the arms stand, how that changed, and what votes say, as JSON."""

from datetime import datetime

from fastapi import APIRouter

from services.web.pages.given import OfSite
from services.web.pages.paging import AtPage, Paged, paged
from services.web.pages.standings.page import ratings_of, slices
from shared.lab.voting.report import ArmRated
from shared.messages import Standing
from shared.messages.schema import Message
from shared.standings import ALL
from shared.statistics.intervals import Interval

router = APIRouter(prefix="/api")


class StandingThen(Message):
    """Arm -> its mean by what ranks arms, with n and 95 % limits, when the newest question had been scored."""

    at: datetime
    arms: dict[str, Interval]


class RatingsNow(Message):
    """Counted over the questions in memory. `warning`, `reach`: what limits a comparison of the strengths."""

    ratings: tuple[ArmRated, ...]
    votes: int
    voters: int
    questions: int
    beyond_limit: int
    warning: str | None
    reach: str | None


@router.get("/standings")
def standings(site: OfSite, at: AtPage = 1) -> Paged[Standing]:
    """The newest standing of each slice, that of all questions first."""
    known = site.standings
    return paged([known[name] for name in slices(known)], at)


@router.get("/standings/history")
def history(site: OfSite, of: str = ALL, at: AtPage = 1) -> Paged[StandingThen]:
    """Of one slice, the newest first."""
    points = site.counted.history.of(site.standings.get(of))
    return paged(points[::-1], at).of(lambda point: StandingThen(at=point.at, arms=dict(point.means)))


@router.get("/ratings")
def ratings(site: OfSite, of: str = ALL) -> RatingsNow:
    """Of one slice."""
    held = ratings_of(site, of)
    held.refresh()
    rated = held.value
    assert rated is not None
    told = rated.ratings
    return RatingsNow(
        ratings=tuple(ArmRated.of(rating) for rating in told.ratings), votes=told.preferences, voters=told.voters,
        questions=told.questions, beyond_limit=rated.beyond, warning=told.warning(), reach=told.reach(),
    )  # fmt: skip
