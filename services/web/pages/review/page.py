"""Reviewing sheets item by item: nobody sees what others said of an item before having said something of it."""

from datetime import UTC, datetime, timedelta
from time import monotonic, sleep
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from fastapi.exceptions import HTTPException
from fastapi.responses import RedirectResponse

from services.web.live.sheets import Sheet
from services.web.live.site import Site
from services.web.pages.given import OfBrowser, OfPerson, OfSite, only
from services.web.pages.paging import AtPage, paged
from services.web.pages.rendering import page
from services.web.pages.review.accepted import unreferenced
from services.web.pages.review.mending import mended, standing
from services.web.pages.review.progress import Progress, progress
from services.web.pages.sent import REFUSALS, OfForm, Sent
from services.web.safety import Browser
from services.web.signing.people import Person
from shared import topology
from shared.lab.reviewing import agreeing
from shared.messages import Reviewed, ReviewItem
from shared.messages.reviews import OF_KIND, UNDO, ItemKind, Said

REVIEW, SEEN_S, LOOK_S = "review", 1.0, 0.02
KINDS: dict[ItemKind, str] = {"answer": "answers that the measure judged", "question": "questions that were made"}
ASKED: dict[ItemKind, str] = {
    "answer": "Is this answer right?", "question": "Is this a good question, with the right answers?",
}  # fmt: skip
WORDS: dict[Said, str] = {
    "right": "Right", "wrong": "Wrong", "unsure": "Unsure", "accept": "Accept", "mend": "Mend", "drop": "Drop",
    "undo": "Undone",
}  # fmt: skip
COUNTED_BY: dict[ItemKind, str] = {
    "answer": "tiltyard audit-answers count SHEET --from-page", "question": "tiltyard wire review FOLDER --from-page",
}  # fmt: skip
FIELDS = {"text": "Question", "references": "Accepted answers"}
LATER = timedelta(microseconds=1)
router = APIRouter(prefix="/review", include_in_schema=False, dependencies=[only("reviewer")])


@router.get("")
def sheets(request: Request, site: OfSite, person: OfPerson, at: AtPage = 1) -> Response:
    """All sheets with how far reviewers are and how far they agree, and questions without accepted answers."""
    shown = paged(site.sheets.all_of(person), at)
    rows = [progress(site.sheets, sheet) for sheet in shown.items]
    told = {"rows": rows, "paged": shown, "kinds": KINDS, "agreed": agreed, "open": len(unreferenced(site, person))}
    return page(request, "review/review.html", told)


@router.get("/sheet")
def sheet(request: Request, site: OfSite, person: OfPerson, id: str, at: AtPage = 1) -> Response:  # noqa: A002
    """How far a sheet is; for whoever has read all of it, what everybody said of each item."""
    of = _progress(site, person, id)
    shown = paged(of.sheet.items, at) if of.is_finished(person.name) else None
    told = {"of": of, "paged": shown, "kinds": KINDS, "words": WORDS, "agreed": agreed, "counted_by": COUNTED_BY}
    return page(request, "review/sheet.html", told)


@router.get("/item")
def item(
    request: Request, site: OfSite, browser: OfBrowser, person: OfPerson, sheet: str, item: str = "", after: str = "",
    disputed: bool = False,
) -> Response:  # fmt: skip
    """One item: the one that is named, else the next that this person has not read; the sheet where none is left."""
    of = _progress(site, person, sheet)
    if not item:
        following = _following(of, person, after, disputed=disputed)
        way = {"sheet": sheet, "item": following, **({"disputed": "1"} if disputed else {})}
        where = f"/review/item?{urlencode(way)}" if following else f"/review/sheet?{urlencode({'id': sheet})}"
        return RedirectResponse(where, status_code=303)
    return page(request, "review/item.html", _shown(site, browser, person, of, item) | {"disputed": disputed})


@router.post("")
def say(request: Request, site: OfSite, person: OfPerson, form: OfForm) -> Response:
    """Publish what this person says of an item, and lead to the next one."""
    name, sheet_id = form.get("item"), form.get("sheet")
    of = _progress(site, person, sheet_id)
    shown = _item(of.sheet, name)
    try:
        form.require(REVIEW, name)
        said = next((known for known in OF_KIND[shown.kind] if known == form.get("said")), None)
        if said is None:
            raise ValueError(f"nothing is said of the item: say {', '.join(OF_KIND[shown.kind])}, or skip it")
        text, references = mended(shown, form.fields) if said == "mend" else (None, None)
        _publish(site, person, shown, said, text, references)
    except REFUSALS as error:
        return _refused(request, person, form, of, error)
    disputed = {"disputed": "1"} if form.get("disputed") else {}
    return RedirectResponse(f"/review/item?{urlencode({'sheet': sheet_id, 'after': name, **disputed})}", 303)


@router.post("/undo")
def undo(request: Request, site: OfSite, person: OfPerson, form: OfForm) -> Response:
    """Publish that what this person said of an item does not stand, and lead back to it."""
    name, sheet_id = form.get("item"), form.get("sheet")
    of = _progress(site, person, sheet_id)
    try:
        form.require(UNDO, name)
        if of.own_of(name, person.name) is not None:
            _publish(site, person, _item(of.sheet, name), UNDO, None, None)
    except REFUSALS as error:
        return _refused(request, person, form, of, error)
    return RedirectResponse(f"/review/item?{urlencode({'sheet': sheet_id, 'item': name})}", status_code=303)


def _shown(site: Site, browser: Browser, person: Person, of: Progress, name: str) -> dict[str, object]:
    """An item with its forms; that to mend it has what stands. Raises HTTPException where it is none of the sheet."""
    shown = _item(of.sheet, name)
    at, own = of.sheet.items.index(shown), of.own_of(name, person.name)
    return {
        "of": of, "item": shown, "at": at, "asked": ASKED, "words": WORDS, "faults": None, "said": {},
        "choices": OF_KIND[shown.kind], "own": own, "others": of.others(name, person.name),
        "before": of.sheet.items[at - 1] if at else None,
        "after": of.sheet.items[at + 1] if at + 1 < len(of.sheet.items) else None,
        "mark": site.forms.mark(browser, REVIEW, name), "last": of.last_of(person.name),
        "undo": lambda item_id: site.forms.mark(browser, UNDO, item_id),
        "standing": standing(shown, own.reviewed if own else None),
    }  # fmt: skip


def _refused(request: Request, person: Person, form: Sent, of: Progress, error: Exception) -> Response:
    """The item again, with what was typed to mend it."""
    faults = form.refused(error, FIELDS)
    shown = _shown(request.app.state.site, form.browser, person, of, form.get("item"))
    shown |= {"disputed": bool(form.get("disputed")), "said": form.fields, "faults": faults}
    return page(request, "review/item.html", shown, faults.status)


def _publish(
    site: Site, person: Person, item: ReviewItem, said: Said, text: str | None, references: tuple[str, ...] | None
) -> None:
    """What stands already is not said again, however often a form is sent. Waits until it is seen here."""
    own, now = site.sheets.newest(item, person.name), datetime.now(UTC)
    if own is not None:
        if (own.reviewed.said, own.reviewed.text, own.reviewed.references) == (said, text, references):
            return
        now = max(now, own.at + LATER)
    reviewed = Reviewed(
        item_id=item.item_id, reviewer=person.name, said=said, said_at=now, text=text, references=references
    )
    site.asking.count(person)
    site.publish(topology.REVIEWS, reviewed)
    until = monotonic() + SEEN_S
    while site.sheets.newest(item, person.name) == own and monotonic() < until:
        sleep(LOOK_S)


def _progress(site: Site, person: Person, sheet_id: str) -> Progress:
    sheet = site.sheets.get(sheet_id, person)
    if sheet is None:
        raise HTTPException(404, "nothing is kept here of this sheet, or not for you")
    return progress(site.sheets, sheet)


def _item(sheet: Sheet, name: str) -> ReviewItem:
    shown = next((item for item in sheet.items if item.item_id == name), None)
    if shown is None:
        raise HTTPException(404, "nothing is kept here of this item, or not for you")
    return shown


def _following(of: Progress, person: Person, after: str, *, disputed: bool) -> str:
    """The next that this person has not read, behind one and then from the top; "" where there is none."""
    unread = [item.item_id for item in of.open_to(person.name, disputed=disputed) if item.item_id != after]
    places = {item.item_id: place for place, item in enumerate(of.sheet.items)}
    behind = [name for name in unread if places[name] > places.get(after, -1)]
    return next(iter([*behind, *unread]), "")


def agreed(of: Progress) -> str:
    """How far reviewers agree, in words; "" where no two have read the same."""
    found = of.agreement
    return agreeing.sentence(found) if found.items else ""
