"""Sending dead letters again: what it would do, the confirmation, and how far it has come."""

from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request, Response
from fastapi.exceptions import HTTPException
from fastapi.responses import RedirectResponse

from services.web.live.pieces import Shown
from services.web.live.site import Site
from services.web.pages.dead import letters
from services.web.pages.given import OfBrowser, OfPerson, OfSite, Open, only
from services.web.pages.rendering import page, part
from services.web.pages.sent import REFUSALS, OfForm, Sent
from services.web.pages.streams import Stream, kept_up
from services.web.safety import Browser
from services.web.signing.people import Person
from shared.lab.acting import begun
from shared.lab.resending.buried import Buried
from shared.lab.resending.plan import Plan, plan

SEND, YES = "send again", "1"
WHAT = {"group": "all letters of a group", "topic": "all letters of a topic", "at": "one letter"}
FIELDS = {"reason": "Why, for those who come later"}
OTHERS = (
    "These are not the letters that the dry run showed, or these pages were started anew since: look at what would be "
    "sent now, and confirm it once more."
)
router = APIRouter(include_in_schema=False)


@router.get("/dead/trial", dependencies=[only("operator")])
def trial(request: Request, site: OfSite, browser: OfBrowser, what: str, of: str, again: str = "") -> Response:
    """What would be sent where, and what cannot be; nothing is sent."""
    return page(request, "dead/trial.html", _trial(site, browser, {"what": what, "of": of, "again": again}))


@router.post("/dead/send", dependencies=[only("operator")])
def send(request: Request, site: OfSite, browser: OfBrowser, person: OfPerson, form: OfForm) -> Response:
    """Begin to send what the dry run showed, and lead to where that can be watched."""
    try:
        action_id = _begun(site, person, form)
    except REFUSALS as error:
        faults = form.refused(error, FIELDS)
        shown = _trial(site, browser, form.fields) | {"typed": form.fields, "faults": faults}
        return page(request, "dead/trial.html", shown, faults.status)
    return RedirectResponse(f"/dead/sending?id={quote(action_id, safe='')}", status_code=303)


@router.get("/dead/sending")
def sending(request: Request, site: OfSite, id: str) -> Response:  # noqa: A002  (the parameter's name in addresses)
    """How far it has come."""
    return page(request, "dead/sending.html", {"id": id, **_progress(site, id)})


def _is_known(site: OfSite, id: str) -> None:  # noqa: A002
    """Raises HTTPException before a stream has begun: then it could say so no more."""
    _progress(site, id)


@router.get("/dead/sending/stream", dependencies=[Open, Depends(_is_known)])
async def stream(site: OfSite, person: OfPerson, id: str) -> Stream:  # noqa: A002
    """The same anew, until it has ended."""
    return Stream(kept_up(site, person, _piece, id, name=id))


def _piece(site: Site, person: Person, action_id: str) -> Shown:
    """The same for everybody."""
    del person
    told = _progress(site, action_id)
    return Shown(part(site, "dead/progress.html", told), not told["is_running"])


def _trial(site: Site, browser: Browser, asked: Mapping[str, str]) -> dict[str, object]:
    """A dry run over all letters that have come by now, with a form to confirm it."""
    what, of, again = (asked.get(name, "") for name in ("what", "of", "again"))
    until = site.dead.newest
    would = _plan(site, asked, until)
    mark = site.forms.mark(browser, *_marked(what, of, again, str(until), would))
    told = {"what": what, "of": of, "again": again == YES, "said": WHAT[what], "until": until, "plan": would}
    return {**told, "mark": mark, "typed": {}, "faults": None}


def _begun(site: Site, person: Person, form: Sent) -> str:
    """The id of the action by which exactly the letters of the dry run are being sent."""
    what, of, again, until = map(form.get, ("what", "of", "again", "until"))
    would = _plan(site, form.fields, int(until) if until.isascii() and until.isdecimal() and len(until) < 20 else 0)
    form.require(*_marked(what, of, again, until, would), why=OTHERS)
    if not would.letters:
        raise ValueError("none of these letters can be sent")
    action = begun("send_again", person.name, "pages", at=datetime.now(UTC), on=[*would.to], reason=form.reason)
    site.asking.count(person)
    site.sending.start(would, action.model_copy(update={"wanted": len(would.letters)}))
    return action.action_id


def _progress(site: Site, action_id: str) -> dict[str, object]:
    action = site.operations.action(action_id)
    if action is None or action.action != "send_again":
        raise HTTPException(404, "nothing is kept here of this: it may be too long ago")
    return {"action": action, "is_running": action.state == "begun" and site.sending.in_hand == action_id}


def _plan(site: Site, asked: Mapping[str, str], until: int) -> Plan:
    """Of the letters that had come by then. Raises ValueError where nobody can tell which are meant."""
    return plan(_letters(site, asked.get("what", ""), asked.get("of", ""), until), site.dead.sent,
                again=asked.get("again") == YES)  # fmt: skip


def _letters(site: Site, what: str, of: str, until: int) -> list[Buried]:
    match what:
        case "group":
            return site.dead.group(of, until)
        case "topic" if of:
            return [*site.dead.letters(of, until)]
        case "at":
            return [letters.at(site, of)]
    raise ValueError(f"say which letters are to be sent: {', '.join(WHAT)}")


def _marked(what: str, of: str, again: str, until: str, would: Plan) -> tuple[str, ...]:
    """What a confirmation is about: exactly these letters, whatever came since."""
    return SEND, what, of, again, until, would.digest
