"""Publishing a document, watching it on its way, and correcting it or taking it back."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends, Request, Response
from fastapi.exceptions import HTTPException
from fastapi.responses import RedirectResponse

from services.web.live.pieces import Shown
from services.web.live.site import Site
from services.web.pages.faults import FieldError
from services.web.pages.freshness import page as freshness_page
from services.web.pages.given import OfBrowser, OfPerson, OfSite, Open, only
from services.web.pages.rendering import page, part
from services.web.pages.sent import REFUSALS, OfForm
from services.web.pages.streams import Stream, kept_up
from services.web.safety import Browser
from services.web.signing.people import Person
from shared import topology
from shared.lab.freshness import STAGES
from shared.messages import DocumentPublished

CHANGE, OURS, RETRACT = "change", "web-", "retract"
FIELDS = {"title": "Title", "text": "Text", "source": "Source"}
router = APIRouter(include_in_schema=False)


@router.post("/document", dependencies=[only("operator")])
def publish(request: Request, site: OfSite, browser: OfBrowser, person: OfPerson, form: OfForm) -> Response:
    """Publish a document, and lead to where it can be watched; what cannot be published comes back as it was typed."""
    try:
        form.require(freshness_page.PUBLISH)
        return _published(site, person, document_of(form.fields, f"{OURS}{uuid4()}"))
    except REFUSALS as error:
        faults = form.refused(error, FIELDS)
        shown = freshness_page.shown(site, browser) | {"said": form.fields, "faults": faults}
        return page(request, "freshness/freshness.html", shown, faults.status)


@router.get("/document")
def one(request: Request, site: OfSite, browser: OfBrowser, person: OfPerson, id: str) -> Response:  # noqa: A002  (the parameter's name in addresses)
    """What became of a document by now, and a form to change it where it was published here."""
    return page(request, "documents/document.html", _fate(site, id) | _form(site, browser, person, id))


def _is_known(site: OfSite, id: str) -> None:  # noqa: A002
    """Raises HTTPException before a stream has begun: then it could say so no more."""
    _fate(site, id)


@router.get("/document/stream", dependencies=[Open, Depends(_is_known)])
async def stream(site: OfSite, person: OfPerson, id: str) -> Stream:  # noqa: A002
    """The same anew, until it can be found or was refused."""
    return Stream(kept_up(site, person, _piece, id, name=id))


def _piece(site: Site, person: Person, document_id: str) -> Shown:
    """The same for everybody."""
    del person
    shown = _fate(site, document_id)
    return Shown(part(site, "documents/fate.html", shown), bool(shown["is_known"]))


@router.post("/document/change", dependencies=[only("operator")])
def change(request: Request, site: OfSite, browser: OfBrowser, person: OfPerson, form: OfForm) -> Response:
    """Publish a new revision of it, or take it back, and lead to where that can be watched."""
    name = form.get("id")
    shown = _fate(site, name)
    try:
        form.require(CHANGE, name)
        _require_changeable(site, name)
        return _published(site, person, _change_of(site, form.fields, name))
    except REFUSALS as error:
        faults = form.refused(error, FIELDS)
        shown |= _form(site, browser, person, name) | {"said": form.fields, "faults": faults}
        return page(request, "documents/document.html", shown, faults.status)


def document_of(fields: Mapping[str, str], document_id: str, **beside: Any) -> DocumentPublished:
    """Raises ValueError where it is none."""
    if not fields.get("text"):
        raise FieldError("text", "Write some text, so that something can be found.")
    said = {name: fields.get(name, "") for name in FIELDS}
    return DocumentPublished.model_validate({"document_id": document_id, **said, **beside})


def is_ours(document_id: str) -> bool:
    """Whether a form published it, by its name."""
    try:
        return document_id == f"{OURS}{UUID(document_id.removeprefix(OURS))}"
    except ValueError:
        return False


def _change_of(site: Site, fields: Mapping[str, str], name: str) -> DocumentPublished:
    """It states its time, so that ingest takes it for newer than what stands, also where a text comes back."""
    now, fate, before = datetime.now(UTC), site.documents.fate(name), site.documents.words(name)
    stands = fate is not None and not fate.retracted
    if fields.get("op") == RETRACT:
        if not stands:
            raise ValueError("it is taken back already")
        return DocumentPublished(document_id=name, op="retract", first_seen_at=now)
    document = document_of(fields, name, first_seen_at=now)
    if stands and before and all(getattr(before, of) == getattr(document, of) for of in FIELDS):
        raise FieldError("text", "Nothing is changed yet: title, text and source are those that stand.")
    return document


def _require_changeable(site: Site, name: str) -> None:
    """Raises ValueError for a document that no form published, or that was never announced."""
    fate = site.documents.fate(name)
    if not is_ours(name):
        raise ValueError("only what was published here is changed here: correct it where it comes from")
    if fate is None or fate.journey is None:
        raise ValueError("it was not announced yet: wait until it can be found")


def _published(site: Site, person: Person, document: DocumentPublished) -> Response:
    """Leads to where it can be watched."""
    site.asking.count(person)
    site.documents.expect(document)
    try:
        site.publish(topology.DOCUMENTS, document)
    except ConnectionError:
        site.documents.unsent(document.document_id)
        raise
    site.documents.sent(document)
    return RedirectResponse(f"/document?id={quote(document.document_id)}", status_code=303)


def _fate(site: Site, document_id: str) -> dict[str, object]:
    """Raises HTTPException for a document that is neither among the newest nor was published here."""
    fate = site.documents.fate(document_id)
    if fate is None:
        raise HTTPException(404, "nothing is kept here of this document: it may be too long ago")
    steps = [*zip(STAGES, freshness_page.took_of(fate.journey), strict=True)] if fate.journey else []
    return {"document_id": document_id, "fate": fate, "steps": steps, "is_known": fate.is_known}


def _form(site: Site, browser: Browser, person: Person, document_id: str) -> dict[str, object]:
    """With the words that stand, as far as they are known. Changeable is what was published here, by whoever may."""
    words = site.documents.words(document_id)
    return {
        "changeable": person.may("operator") and is_ours(document_id),
        "mark": site.forms.mark(browser, CHANGE, document_id),
        "words_are_known": words is not None,
        "said": words.model_dump(include={*FIELDS}) if words else {},
        "faults": None,
    }
