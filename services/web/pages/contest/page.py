"""The contest in force, those before it, and announcing another."""

from datetime import UTC, datetime
from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from fastapi.exceptions import HTTPException
from fastapi.responses import RedirectResponse

from services.web.live.operations import Announced
from services.web.live.site import Site
from services.web.pages.faults import Faults, sentence
from services.web.pages.given import Fields, OfBrowser, OfPerson, OfSite, only
from services.web.pages.paging import AtPage, paged
from services.web.pages.rendering import page
from services.web.safety import Browser
from shared import topology
from shared.adapters import registry
from shared.contests import announcing, files, wording
from shared.contests.calendar import CLOCKS_DIFFER
from shared.contests.faults import FaultyContestError
from shared.lab.acting import written_down
from shared.messages import Contest

ANNOUNCE, PASTED = "announce a contest", "what was pasted"
FIELDS = {"contest": "The contest", "new_tracks": "Tracks that have no adapter yet"}
router = APIRouter(include_in_schema=False)


@router.get("/contest")
def show(request: Request, site: OfSite, browser: OfBrowser, at: AtPage = 1, coming: str = "") -> Response:
    """The contest to which a question asked now belongs, and all that were announced. `coming`: announced just now."""
    contest, every = site.questions.calendar.at(datetime.now(UTC)), site.operations.contests()
    announced = next((of for of in every if of.announcement.contest.digest == contest.digest), None)
    told = {
        **_told(contest),
        "announced": announced,
        "is_coming": coming and (announced is None or announced.announcement.announcement_id != coming),
        "by": _by(site, announced),
        "before": paged([(of, _by(site, of)) for of in every], at),
        "holds_after_s": CLOCKS_DIFFER.total_seconds(),
        "mark": site.forms.mark(browser, ANNOUNCE),
        "shipped": [(name, files.about(name), files.chosen(name)) for name in files.names()],
    }
    return page(request, "contest/contest.html", told)


@router.get("/contest/announced")
def one(request: Request, site: OfSite, id: str) -> Response:  # noqa: A002  (the parameter's name in addresses)
    """One that was announced."""
    announced = next((of for of in site.operations.contests() if of.announcement.announcement_id == id), None)
    if announced is None:
        raise HTTPException(404, "this contest is no longer kept here")
    told = {**_told(announced.announcement.contest), "announced": announced, "by": _by(site, announced)}
    return page(request, "contest/announced.html", told)


@router.post("/contest/check", dependencies=[only("operator")])
def check(request: Request, site: OfSite, browser: OfBrowser, fields: Fields) -> Response:
    """What is wrong in a contest, or what it means; nothing is announced."""
    site.forms.require(fields.get("mark", ""), browser, ANNOUNCE)
    return _checked(request, site, browser, fields)


@router.get("/contest/shipped", dependencies=[only("operator")])
def shipped(request: Request, site: OfSite, browser: OfBrowser, name: str) -> Response:
    """The same of a contest that is shipped, which can be changed before it is announced."""
    if name not in files.names():
        raise HTTPException(404, f"no contest of this name is shipped: choose one of {', '.join(files.names())}")
    return _checked(request, site, browser, {"contest": files.text(name).strip()}, files.about(name))


@router.post("/contest/announce", dependencies=[only("operator")])
def announce(site: OfSite, browser: OfBrowser, person: OfPerson, fields: Fields) -> Response:
    """Announce what was checked, unless another contest has come into force since, and write down who did it."""
    site.forms.require(fields.get("mark", ""), browser, ANNOUNCE, fields.get("contest", ""), _now(site))
    contest, problems = _read(site, fields)
    if contest is None or problems:
        raise ValueError("; ".join(problems))
    site.asking.count(person)
    announcement = announcing.announcement(contest, datetime.now(UTC))
    action = announcing.action(announcement, person.name, "pages")
    with written_down(action, site.write_down, lambda: datetime.now(UTC)):
        site.publish(topology.CONTESTS, announcement)
    return RedirectResponse(f"/contest?coming={quote(announcement.announcement_id)}", status_code=303)


def _checked(request: Request, site: Site, browser: Browser, fields: dict[str, str], about: str = "") -> Response:
    """What is wrong in it, or what it means with a form to announce it."""
    contest, problems = _read(site, fields)
    pasted, new_tracks = fields.get("contest", ""), fields.get("new_tracks", "")
    told: dict[str, object] = {"problems": problems, "pasted": pasted, "new_tracks": new_tracks, "about": about}
    told["faults"] = Faults(422, [("contest", sentence(of)) for of in problems], names=FIELDS) if problems else None
    told |= {"mark": site.forms.mark(browser, ANNOUNCE), "holds_after_s": CLOCKS_DIFFER.total_seconds()}
    if contest is not None and not problems:
        told |= {
            **_told(contest),
            "replaced": site.questions.calendar.at(datetime.now(UTC)),
            "confirm": site.forms.mark(browser, ANNOUNCE, pasted, _now(site)),
        }
    return page(request, "contest/check.html", told, 422 if problems else 200)


def _read(site: Site, fields: dict[str, str]) -> tuple[Contest | None, list[str]]:
    """The contest that was pasted, and what must be mended before it can be announced."""
    try:
        contest = files.parsed(fields.get("contest", "").encode(), PASTED)
    except FaultyContestError as error:
        return None, [*error.faults]
    new = [name.strip() for name in fields.get("new_tracks", "").split(",") if name.strip()]
    return contest, announcing.problems(contest, [*registry.tracks(site.operations.adapters), *new])


def _now(site: Site) -> str:
    """What is in force, so that a confirmation does not replace what nobody had seen."""
    return site.questions.calendar.at(datetime.now(UTC)).digest


def _by(site: Site, announced: Announced | None) -> str:
    """Who announced it; "" where nothing tells."""
    action = site.operations.action(announced.announcement.announcement_id) if announced else None
    return action.by if action else ""


def _told(contest: Contest) -> dict[str, object]:
    return {"contest": contest, "wording": wording}
