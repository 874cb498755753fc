"""One question or one document, from the record that was appended first to the last that came of it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from fastapi.exceptions import HTTPException

from services.web.live.site import Site
from services.web.pages.given import OfPerson, OfSite
from services.web.pages.rendering import page
from services.web.pages.trace import document_way, question_way
from services.web.pages.trace.bars import bars
from services.web.pages.trace.question_way import Way
from services.web.signing.people import Person
from shared.lab.resending.buried import Buried
from shared.records import Position
from shared.retention import expired

MOST_LETTERS = 50
NOTHING = "no record of this {what} is kept here: it may be too long ago, or not for you"
router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class Letter:
    """What everyone may know of a dead letter: where it lies and stood before, and why. Its bytes are not told here."""

    position: Position
    origin: Position | None
    service: str
    reason: str
    buried_at: datetime


@dataclass(frozen=True)
class Trace:
    """The way, and the dead letters that were buried last of `buried`. `title`: the question's words, or an id.

    `page`: the address of its own page; empty where there is none.
    """

    what: str
    id: str
    title: str
    way: Way
    letters: tuple[Letter, ...]
    buried: int
    page: str = ""


@router.get("/trace")
def show(request: Request, site: OfSite, person: OfPerson, question: str = "", document: str = "") -> Response:
    """Of either one."""
    trace = trace_of(site, person, question, document)
    by_revision = groupby(trace.way.legs, key=lambda leg: leg.of if document else "")
    drawings = [(name, bars([*legs])) for name, legs in by_revision]
    return page(request, "trace/trace.html", {"trace": trace, "drawings": drawings})


def trace_of(site: Site, person: Person, question: str, document: str) -> Trace:
    """Raises ValueError where not exactly one is asked for, and HTTPException where nothing is kept of it."""
    if bool(question) == bool(document):
        raise ValueError("say whose trace is wanted: ?question=ID or ?document=ID")
    return _of_question(site, person, question) if question else _of_document(site, document)


def _of_question(site: Site, person: Person, question_id: str) -> Trace:
    """A question that could not be read is known by its dead letters alone."""
    asked = site.questions.get(question_id, person)
    letters = site.dead.of(question_id)
    if asked is None and (site.questions.is_kept(question_id) or not letters):
        raise HTTPException(404, NOTHING.format(what="question"))
    if asked is None:
        return _trace("question", question_id, Way((), ()), letters)
    contexts = {arm: site.questions.context_of(asked, arm) for arm in site.questions.arms_of(asked)}
    way = question_way.of_question(asked, site.searches.of(question_id), contexts)
    trace = _trace("question", question_id, way, letters)
    return replace(trace, title=asked.question.text, page=f"/question?id={quote(question_id)}")


def _of_document(site: Site, document_id: str) -> Trace:
    """It tells times and places and no words, so that it is for everyone: ids are no secret (ADR 25)."""
    passed, letters = site.revisions.of(document_id), site.dead.of(document_id)
    way = document_way.of_document(passed) if passed or letters else _of_older(site, document_id)
    own = f"/document?id={quote(document_id)}" if site.documents.fate(document_id) else ""
    return replace(_trace("document", document_id, way, letters), page=own)


def _trace(what: str, name: str, way: Way, letters: Sequence[Buried]) -> Trace:
    shown = (
        Letter(buried.position, buried.origin, buried.service, buried.reason, buried.buried_at)
        for buried in letters[:MOST_LETTERS]
    )
    return Trace(what, name, name, way, tuple(shown), len(letters))


def _of_older(site: Site, document_id: str) -> Way:
    """Of one that the topics say nothing of any more, by the store. HTTPException where that does not know it."""
    try:
        stored = site.store.latest([document_id]).get(document_id)
    except ConnectionError as error:
        raise HTTPException(404, f"{NOTHING.format(what='document')}; {error}") from error
    if stored is None or stored == expired(document_id, stored.revision):
        raise HTTPException(404, NOTHING.format(what="document"))
    return document_way.of_stored(stored)
