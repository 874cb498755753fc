"""Asking a question, and watching its answers come."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import quote
from uuid import UUID, uuid4

from fastapi import APIRouter, Request, Response
from fastapi.exceptions import HTTPException
from fastapi.responses import RedirectResponse

from services.web.live.marks import by_topic
from services.web.live.pieces import Shown
from services.web.live.questions import Asked
from services.web.live.site import Site
from services.web.pages.asking import conversation
from services.web.pages.asking.cards import Card, cards_of, documents_of, narrowed, progress
from services.web.pages.given import OfBrowser, OfPerson, OfSite, Open, only
from services.web.pages.paging import AtPage, paged
from services.web.pages.rendering import page, part
from services.web.pages.review import accepted
from services.web.pages.sent import REFUSALS, OfForm
from services.web.pages.streams import Stream, kept_up
from services.web.safety import Browser
from services.web.signing.people import Person
from shared import topology
from shared.messages import Question

ASK, FOLLOW, OURS, DEADLINE_S = "ask", "follow", "web-", 120.0
FIELDS = {
    "text": "Question", "kind": "Answer", "sources": "Only from these sources", "tags": "Only with these tags",
    "as_of": "As it was known on",
}  # fmt: skip
FOLLOWING = {"text": "Your next question", "arm": "After the answer of"}
"""Fields of the forms, as the page calls them."""
ON_ITS_WAY = timedelta(seconds=60)
"""In which a question that was asked here is seen on its topic."""
IN_WORDS = {"question_answering": "a short answer", "summarisation": "a summary"}
router = APIRouter(include_in_schema=False)


@router.get("/")
def ask(request: Request, site: OfSite, browser: OfBrowser, person: OfPerson, at: AtPage = 1) -> Response:
    """The form, and what was asked last."""
    return page(request, "asking/ask.html", _form(site, browser, person, at))


@router.post("/question", dependencies=[only("voter")])
def publish(request: Request, site: OfSite, browser: OfBrowser, person: OfPerson, form: OfForm) -> Response:
    """Ask it, and lead to where its answers come; what cannot be asked comes back as it was typed."""
    try:
        form.require(ASK)
        return _published(site, person, question_of(form.fields, person))
    except REFUSALS as error:
        faults = form.refused(error, FIELDS)
        shown = _form(site, browser, person) | {"said": form.fields, "faults": faults}
        return page(request, "asking/ask.html", shown, faults.status)


@router.post("/follow", dependencies=[only("voter")])
def follow(request: Request, site: OfSite, browser: OfBrowser, person: OfPerson, form: OfForm) -> Response:
    """Ask what follows from an answer; what cannot be asked comes back as it was typed."""
    name = form.get("id")
    asked = site.questions.get(name, person)
    if asked is None:
        raise HTTPException(404, "the question before is not kept here: wait for its answers, or ask anew")
    try:
        form.require(FOLLOW, name)
        beside = conversation.after(asked.question, _cards(site, person, asked), form.get("arm"))
        return _published(site, person, question_of(form.fields, person, **beside))
    except REFUSALS as error:
        faults = form.refused(error, FOLLOWING)
        shown = _shown(site, person, asked) | _following(site, browser, person, name)
        shown |= {"said": form.fields, "faults": faults, "still": True}
        shown["accepted"] = accepted.shown_to(site, person, asked)
        return page(request, "asking/question.html", shown, faults.status)


@router.get("/question")
def one(request: Request, site: OfSite, browser: OfBrowser, person: OfPerson, id: str) -> Response:  # noqa: A002  (the parameter's name in addresses)
    """A question with its answers as far as they have come; a question of a moment ago is on its way.

    With `still` in its address it is not loaded anew where there are no scripts, so that somebody can write.
    """
    asked = site.questions.get(id, person)
    if asked is None and not is_on_its_way(id):
        raise HTTPException(404, "nothing is shown here of this question: it may be too long ago, or not for you")
    form = _following(site, browser, person, id) | {"still": "still" in request.query_params}
    form["accepted"] = accepted.shown_to(site, person, asked)
    return page(request, "asking/question.html", _shown(site, person, asked) | form)


@router.get("/question/stream", dependencies=[Open])
async def stream(site: OfSite, person: OfPerson, id: str, marks: bool = False) -> Stream:  # noqa: A002
    """Its answers anew whenever one has come; with `marks` also whenever a passage's document has changed."""
    return Stream(kept_up(site, person, marked if marks else answers, id, name=id, beside=read if marks else None))


def new_id(now: datetime | None = None) -> str:
    """Of a question that is asked here: it tells when, so that nothing has to be kept of it."""
    seconds = int((now or datetime.now(UTC)).timestamp())
    return f"{OURS}{seconds:010}-{uuid4()}"


def is_on_its_way(question_id: str) -> bool:
    """Whether it was asked here a moment ago, by its name."""
    seconds, _, rest = question_id.removeprefix(OURS).partition("-")
    try:
        UUID(rest)
        age = datetime.now(UTC) - datetime.fromtimestamp(int(seconds), UTC)
    except (ValueError, OverflowError, OSError):
        return False
    return question_id.startswith(OURS) and timedelta(seconds=-1) <= age < ON_ITS_WAY


def question_of(fields: Mapping[str, str], person: Person, **beside: Any) -> Question:
    """With the labels of whoever asks, which no form says; `beside` goes before the form. ValueError: it is none."""
    said = {name: value for name, value in fields.items() if value}
    return Question.model_validate(
        {
            "question_id": new_id(),
            "text": said.get("text", ""),
            "kind": said.get("kind", "question_answering"),
            "filters": {"sources": _several(said.get("sources")), "tags": _several(said.get("tags"))},
            "as_of": said.get("as_of"),
            "deadline_s": DEADLINE_S,
            "slice": "asked",
            "labels": person.labels,
        }
        | beside
    )


def _several(said: str | None) -> tuple[str, ...]:
    """Names between commas."""
    return tuple(name.strip() for name in (said or "").split(",") if name.strip())


def answers(site: Site, person: Person, question_id: str) -> Shown:
    """What a stream sends of a question; the last where no more will come."""
    shown_of = _shown(site, person, site.questions.get(question_id, person))
    return Shown(part(site, "asking/answers.html", shown_of), bool(shown_of["is_settled"]))


def marked(site: Site, person: Person, question_id: str) -> Shown:
    """The same, which goes on as long as a document of what is shown can be corrected or retracted."""
    asked = site.questions.get(question_id, person)
    if asked is None and not is_on_its_way(question_id):
        return Shown(None, is_last=True)
    shown = answers(site, person, question_id)
    return Shown(shown.text, shown.is_last and not read(site, person, question_id))


def read(site: Site, person: Person, question_id: str) -> list[str]:
    """The documents of its passages."""
    asked = site.questions.get(question_id, person)
    return documents_of(asked, site.questions.arms_of(asked), person) if asked else []


def _shown(site: Site, person: Person, asked: Asked | None) -> dict[str, object]:
    if asked is None:
        return {"asked": None, "cards": [], "progress": "On its way to the arms.", "is_settled": False}
    cards, is_settled = _cards(site, person, asked), asked.is_settled(datetime.now(UTC))
    until = asked.asked_at + timedelta(seconds=asked.question.deadline_s)
    said = progress(cards, is_settled)
    about = {"asked": asked, "cards": cards, "progress": said, "is_settled": is_settled, "until": until}
    return about | {"filtered": narrowed(asked.question)}


def _cards(site: Site, person: Person, asked: Asked) -> list[Card]:
    arms, is_settled = site.questions.arms_of(asked), asked.is_settled(datetime.now(UTC))
    marked = partial(by_topic, site.revisions)
    return cards_of(asked, arms, person, is_settled=is_settled, costs=site.costs, marked=marked)


def _published(site: Site, person: Person, question: Question) -> Response:
    """Leads to where its answers come."""
    site.asking.count(person)
    site.publish(topology.QUESTIONS, question)
    return RedirectResponse(f"/question?id={quote(question.question_id)}", status_code=303)


def _form(site: Site, browser: Browser, person: Person, at: int = 1) -> dict[str, object]:
    now = datetime.now(UTC)
    kept = paged(site.questions.newest(site.settings.questions, person), at)
    newest = kept.of(lambda asked: (asked, asked.is_settled(now)))
    around = {"newest": newest, "arms": site.questions.calendar.at(now).arm_names, "kinds": IN_WORDS}
    return around | {"mark": site.forms.mark(browser, ASK), "said": {}, "faults": None}


def _following(site: Site, browser: Browser, person: Person, question_id: str) -> dict[str, object]:
    """A form for what follows; of a question that is on its way every arm may come to answer."""
    asked, now = site.questions.get(question_id, person), datetime.now(UTC)
    said = conversation.followable(_cards(site, person, asked)) if asked else None
    arms = [*site.questions.calendar.at(now).arm_names] if said is None else said
    mark = site.forms.mark(browser, FOLLOW, question_id)
    return {"question_id": question_id, "mark": mark, "followable": arms, "said": {}, "faults": None}
