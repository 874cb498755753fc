"""How the arms stand by now."""

from collections.abc import Collection, Mapping, Sequence

from fastapi import APIRouter, Request, Response
from fastapi.exceptions import HTTPException

from services.web.live.history import Point
from services.web.live.pieces import Shown
from services.web.live.ratings import Rated
from services.web.live.refreshed import Refreshed
from services.web.live.site import STANDINGS, Site
from services.web.pages.given import OfPerson, OfSite, Open
from services.web.pages.rendering import page, part
from services.web.pages.reports.page import POLICY
from services.web.pages.streams import Stream, kept_up
from services.web.signing.people import Person
from shared.lab import standing_words
from shared.lab.report.plots.scores import LABEL
from shared.lab.voting.wording import meaning
from shared.messages import Estimate
from shared.scoring.catalogue import heading
from shared.standings import ALL
from shared.statistics.intervals import Interval
from shared.statistics.ratings import Rating
from shared.statistics.wording import NONE

LOOK_EVERY_S, SPACING_S, ROWS, FEWEST = 1.0, 1.0, 12, 2
"""`FEWEST`: of one standing there is no course to draw."""
router = APIRouter(include_in_schema=False)


@router.get("/standings")
def show(request: Request, site: OfSite, of: str = ALL) -> Response:
    """Of one slice of the questions; `all` is every one."""
    ratings_of(site, of).refresh()
    return page(request, "standings/standings.html", {"of": of, **_shown(site, of)})


@router.get("/standings/stream", dependencies=[Open])
async def stream(site: OfSite, person: OfPerson, of: str = ALL) -> Stream:
    """The same anew whenever something was counted."""
    rated = ratings_of(site, of).refresh
    return Stream(
        kept_up(site, person, _piece, of, name=STANDINGS, refresh=rated, every_s=LOOK_EVERY_S, spacing_s=SPACING_S)
    )


def _piece(site: Site, person: Person, of: str) -> Shown:
    """The same for everybody."""
    del person
    return Shown(part(site, "standings/standing.html", _shown(site, of)))


@router.get("/standings/history")
def history(request: Request, site: OfSite, of: str = ALL) -> Response:
    """How each arm's mean changed, as a picture and as a table."""
    standing = site.standings.get(of)
    points = site.counted.history.of(standing)
    shown = {
        "of": of, "standing": standing, "n": len(points), "arms": [*standing.arms] if standing else [],
        "points": few(points), "is_drawn": len(points) >= FEWEST, "cell": _then, "label": LABEL,
    }  # fmt: skip
    return page(request, "standings/history.html", shown)


@router.get("/standings/history.svg")
def picture(site: OfSite, of: str = ALL) -> Response:
    """The picture of that."""
    points = site.counted.history.of(site.standings.get(of))
    if len(points) < FEWEST:
        raise HTTPException(404, "there is no course yet of how the arms stand at this kind of questions")
    drawn = site.counted.picture(of)
    drawn.refresh()
    return Response(drawn.value, headers={"Content-Security-Policy": POLICY}, media_type="image/svg+xml")


def few(points: Sequence[Point]) -> list[Point]:
    """Some of them for a table, evenly spread, the newest first; the first and the last are among them."""
    last = len(points) - 1
    places = {round(at * last / (ROWS - 1)) for at in range(ROWS)} if last > ROWS else range(last + 1)
    return [points[place] for place in sorted(places, reverse=True)]


def _shown(site: Site, of: str) -> dict[str, object]:
    known, measures = site.standings, standing_words.measures()
    standing, ratings = known.get(of), ratings_of(site, of).value
    arms = standing.arms.items() if standing else ()
    return {
        "of": of,
        "standing": standing,
        "slices": slices(known),
        "table": [_row(arm, estimates, measures) for arm, estimates in arms],
        "sentences": [*standing_words.sentences(standing)] if standing else [],
        "measures": [heading(name) for name in measures],
        "rated": ratings,
        "meaning": meaning(ratings.ratings) if ratings else "",
        "groups": [[_rating(rating) for rating in group] for group in ratings.ratings.grouped()] if ratings else [],
        "per_hour": site.voting.per_voter_per_hour,
    }


def slices(known: Collection[str]) -> list[str]:
    """By name; that of all questions comes first."""
    return sorted(known, key=lambda name: (name != ALL, name))


def _row(
    arm: str, estimates: Mapping[str, Estimate], measures: Sequence[str]
) -> tuple[str, int, list[tuple[str, str]]]:
    """An arm, of how many questions, and each mean in per cent with its limits, and its n where that is another."""
    n = max((of.n for of in estimates.values()), default=0)
    return arm, n, [_cell(estimates.get(measure), n) for measure in measures]


def _cell(of: Estimate | None, usual: int) -> tuple[str, str]:
    if of is None:
        return NONE, ""
    low, high = (f"{100 * end:.0f}" for end in of.ci95)
    return f"{100 * of.mean:.0f}", f"{low} to {high}" + ("" if of.n == usual else f", n = {of.n:,}")


def _then(of: Interval | None) -> tuple[str, str]:
    """A mean in per cent, and its limits and n."""
    if of is None or of.mean is None:
        return NONE, ""
    return f"{100 * of.mean:.1f}", f"{100 * of.low:.1f} to {100 * of.high:.1f}, n = {of.n:,}"


def ratings_of(site: Site, of: str) -> Refreshed[Rated]:
    """Of all questions where nobody asked any of this kind."""
    kinds = {ALL, *site.standings, *(result.question.slice for result in site.questions.results)}
    return site.counted.ratings(of if of in kinds else ALL)


def _rating(rating: Rating) -> list[str]:
    limits = rating.limits("{:+.2f}".format) or "not known"
    return [
        rating.arm,
        f"{round(rating.strength, 2) + 0.0:+.2f}",
        limits,
        *map(str, (rating.wins, rating.losses, rating.ties)),
    ]
