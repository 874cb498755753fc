"""Dead letters: what could not be handled and why, in groups, and each of them."""

from fastapi import APIRouter, Request, Response
from fastapi.exceptions import HTTPException

from services.web.pages.dead import letters
from services.web.pages.given import OfPerson, OfSite
from services.web.pages.paging import AtPage, paged
from services.web.pages.rendering import page
from shared.lab.accounting import name
from shared.lab.resending.plan import obstacle

ACTIONS = 10
router = APIRouter(include_in_schema=False)


@router.get("/dead")
def groups(request: Request, site: OfSite, topic: str = "", at: AtPage = 1) -> Response:
    """Groups of letters, the largest first; of one topic, or of all."""
    every = site.dead.groups()
    shown = paged([group for group in every if topic in ("", group.topic)], at)
    told = {
        "groups": shown,
        "topic": topic,
        "topics": sorted({group.topic for group in every}),
        "more": {of: count for of, count in site.dead.more().items() if topic in ("", of)},
        "actions": site.operations.actions("send_again")[:ACTIONS],
        "running": site.sending.in_hand,
    }
    return page(request, "dead/dead.html", told)


@router.get("/dead/group")
def group(request: Request, site: OfSite, id: str, at: AtPage = 1) -> Response:  # noqa: A002  (the parameter's name in addresses)
    """The letters of one group, those buried last first."""
    members = site.dead.group(id)
    if not members:
        raise HTTPException(404, "no dead letter of this group is kept here: it may have expired")
    shown = paged([(letter, name(letter.position)) for letter in members], at)
    told = {"id": id, "letters": shown, "sent": site.dead.sent, "of": members[0]}
    return page(request, "dead/group.html", told)


@router.get("/dead/letter")
def letter(request: Request, site: OfSite, person: OfPerson, at: str) -> Response:
    """One letter, with as much of its bytes as this person may see."""
    found = letters.at(site, at)
    why = letters.withheld(site, person, found)
    value, is_text = ("", True) if why else letters.shown(found.beginning, found.size)
    headers = [] if why else [(name, *letters.shown(said, len(said))) for name, said in found.headers]
    told = {
        "letter": found,
        "at": at,
        "origin": name(found.origin) if found.origin else "",
        "withheld": why,
        "value": value,
        "is_text": is_text,
        "headers": headers,
        "sent": site.dead.sent.get(found.position),
        "obstacle": obstacle(found),
    }
    return page(request, "dead/letter.html", told)
