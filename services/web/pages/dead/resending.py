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
from services.web.pages.given import Fields, OfBrowser, OfPerson, OfSite, Open, only
from services.web.pages.rendering import page, part
from services.web.pages.streams import Stream, kept_up
from services.web.safety import ForeignFormError
from services.web.signing.people import Person
from shared.lab.acting import begun
from shared.lab.resending.buried import Buried
from shared.lab.resending.plan import Plan, plan

SEND, YES = "send again", "1"
WHAT = {"group": "all letters of a group", "topic": "all letters of a topic", "at": "one letter"}
router = APIRouter(include_in_schema=False)


@router.get("/dead/trial", dependencies=[only("operator")])
def trial(request: Request, site: OfSite, browser: OfBrowser, what: str, of: str, again: str = "") -> Response:
    """What would be sent where, and what cannot be; nothing is sent."""
    until = site.dead.newest
    would = _plan(site, {"what": what, "of": of, "again": again}, until)
    mark = site.forms.mark(browser, *_marked(what, of, again, str(until), would))
    told = {"what": what, "of": of, "again": again == YES, "said": WHAT[what], "until": until, "plan": would}
    return page(request, "dead/trial.html", {**told, "mark": mark})


@router.post("/dead/send", dependencies=[only("operator")])
def send(site: OfSite, browser: OfBrowser, person: OfPerson, fields: Fields) -> Response:
    """Begin to send what the dry run showed, and lead to where that can be watched."""
    what, of, again, until = (fields.get(name, "") for name in ("what", "of", "again", "until"))
    would = _plan(site, fields, int(until) if until.isascii() and until.isdecimal() else 0)
    try:
        site.forms.require(fields.get("mark", ""), browser, *_marked(what, of, again, until, would))
    except ForeignFormError as error:
        raise ForeignFormError(
            "these are not the letters that the dry run showed, or it is older than our last start: look at it again"
        ) from error
    if not would.letters:
        raise ValueError("none of these letters can be sent")
    site.asking.count(person)
    action = begun(
        "send_again", person.name, "pages", at=datetime.now(UTC), on=[*would.to], reason=fields.get("reason", "")
    )
    site.sending.start(would, action.model_copy(update={"wanted": len(would.letters)}))
    return RedirectResponse(f"/dead/sending?id={quote(action.action_id, safe='')}", status_code=303)


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
