"""Which answers to a question are accepted: reviewers add them and mend them at any time."""

import hashlib
from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from fastapi.exceptions import HTTPException
from fastapi.responses import RedirectResponse

from services.web.live.accepted import Accepted
from services.web.live.questions import Asked
from services.web.live.site import Site
from services.web.pages.faults import FieldError
from services.web.pages.given import OfBrowser, OfPerson, OfSite, only
from services.web.pages.paging import AtPage, paged
from services.web.pages.rendering import page
from services.web.pages.review.mending import each_line
from services.web.pages.sent import REFUSALS, OfForm, Sent
from services.web.safety import Browser
from services.web.signing.people import Person
from shared import topology
from shared.messages import References

ACCEPT, NOTHING_RIGHT = "references", "nothing"
FIELDS = {
    "references": "Accepted answers", "outdated": "An answer that later news made wrong",
    "gold_document_ids": "Documents that hold the answer",
}  # fmt: skip
CHANGED = (
    "The accepted answers have changed since this form was opened, or these pages were started anew: look at what is "
    "accepted now, and send yours once more."
)
router = APIRouter(include_in_schema=False, dependencies=[only("reviewer")])


@router.get("/review/questions")
def questions(request: Request, site: OfSite, person: OfPerson, at: AtPage = 1) -> Response:
    """Questions without accepted answers, of those that are kept here; those asked last come first."""
    return page(request, "review/unreferenced.html", {"paged": paged(unreferenced(site, person), at)})


@router.get("/question/references")
def form(request: Request, site: OfSite, browser: OfBrowser, person: OfPerson, id: str) -> Response:  # noqa: A002  (as in addresses)
    """The form with what is accepted now. It has a page of its own, since a question's page changes by itself."""
    return page(request, "review/references.html", _form(site, browser, _asked(site, person, id)))


@router.post("/question/references")
def publish(request: Request, site: OfSite, browser: OfBrowser, person: OfPerson, form: OfForm) -> Response:
    """Say which answers are accepted from now on, in place of all that was said before."""
    name = form.get("question_id")
    asked = _asked(site, person, name)
    try:
        form.require(*_marked(name, site.accepted.of(asked)), why=CHANGED)
        if site.is_reading:
            raise ConnectionError("what was accepted before is still being read: try again in a moment")
        references = _references(form, name, person)
        site.asking.count(person)
        site.publish(topology.REFERENCES, references)
    except REFUSALS as error:
        faults = form.refused(error, FIELDS)
        shown = _form(site, browser, asked) | {"said": form.fields, "faults": faults}
        return page(request, "review/references.html", shown, faults.status)
    return RedirectResponse(f"/question?id={quote(name, safe='')}#accepted", status_code=303)


def shown_to(site: Site, person: Person, asked: Asked | None) -> Accepted | None:
    """What the page of a question shows of it; nothing to those who may not say what is accepted."""
    return None if asked is None or not person.may("reviewer") else site.accepted.of(asked)


def unreferenced(site: Site, person: Person) -> list[Asked]:
    """Questions of which nobody has said what is accepted."""
    kept = site.questions.newest(site.settings.questions, person)
    return [asked for asked in kept if site.accepted.of(asked).references is None]


def _asked(site: Site, person: Person, question_id: str) -> Asked:
    asked = site.questions.get(question_id, person)
    if asked is None:
        raise HTTPException(404, "nothing is kept here of this question, or not for you")
    return asked


def _form(site: Site, browser: Browser, asked: Asked) -> dict[str, object]:
    """With what is accepted now, to be mended."""
    accepted, name = site.accepted.of(asked), asked.question.question_id
    said = {
        "references": "\n".join(accepted.references or ()),
        "right": NOTHING_RIGHT if accepted.references == () else "",
        "outdated": accepted.outdated or "",
        "gold_document_ids": "\n".join(accepted.gold_document_ids),
    }
    mark = site.forms.mark(browser, *_marked(name, accepted))
    return {"question": asked.question, "accepted": accepted, "accepting": mark, "said": said, "faults": None}


def _references(form: Sent, name: str, person: Person) -> References:
    """Raises FieldError where nothing is said, or two things that contradict each other."""
    said, is_nothing = each_line(form.get("references")), form.get("right") == NOTHING_RIGHT
    if is_nothing == bool(said):
        raise FieldError(
            "references", "write the accepted answers, one a line, or say that declining is right: one of the two"
        )
    return References(
        question_id=name,
        references=said,
        outdated=form.get("outdated") or None,
        gold_document_ids=each_line(form.get("gold_document_ids")),
        given_by=person.name,
    )


def _marked(name: str, accepted: Accepted) -> tuple[str, ...]:
    """Of the question with what was accepted as the form was opened: nobody overwrites what they have not seen."""
    seen = repr((accepted.references, accepted.outdated, accepted.gold_document_ids, accepted.given_by))
    return ACCEPT, name, hashlib.sha256(seen.encode(errors="replace")).hexdigest()
