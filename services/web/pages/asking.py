"""Asking a question, and watching its answers come."""

from collections.abc import AsyncIterator, Mapping
from uuid import uuid4

from fastapi import APIRouter, Request, Response
from fastapi.exceptions import HTTPException
from fastapi.responses import RedirectResponse
from fastapi.sse import EventSourceResponse, ServerSentEvent

from services.web.live.questions import Asked
from services.web.live.site import Site
from services.web.pages import shown, streams
from services.web.pages.given import Fields, OfBrowser, OfSite
from services.web.pages.rendering import page, part
from shared import topology
from shared.messages import Filters, Question

ASK, OURS, NEWEST, DEADLINE_S = "ask", "web-", 20, 120.0
IN_WORDS = {"question_answering": "a short answer", "summarisation": "a summary"}
router = APIRouter(include_in_schema=False)


@router.get("/")
def ask(request: Request, site: OfSite, browser: OfBrowser) -> Response:
    """The form, and what was asked last."""
    newest = site.questions.newest(NEWEST)
    return page(request, "ask.html", {"mark": site.forms.mark(browser, ASK), "newest": newest, "kinds": IN_WORDS})


@router.post("/questions")
def publish(site: OfSite, browser: OfBrowser, fields: Fields) -> Response:
    """Ask it, and lead to where its answers come."""
    site.forms.require(fields.get("mark", ""), browser, ASK)
    site.asking.count(browser)
    question = question_of(fields)
    site.publishing.publish(topology.QUESTIONS, question)
    return RedirectResponse(f"/questions/{question.question_id}", status_code=303)


@router.get("/questions/{question_id}")
def one(request: Request, site: OfSite, question_id: str) -> Response:
    """A question with its answers as far as they have come; a question of a moment ago is on its way."""
    asked = site.questions.get(question_id)
    if asked is None and not question_id.startswith(OURS):
        raise HTTPException(404, f"nothing is kept here of a question {question_id[:80]!r}: see what was asked last")
    return page(request, "question.html", {"question_id": question_id, **_shown(site, asked)})


@router.get("/questions/{question_id}/stream", response_class=EventSourceResponse)
async def stream(site: OfSite, question_id: str) -> AsyncIterator[ServerSentEvent]:
    """Its answers anew whenever one has come."""
    async for event in streams.kept_up(site, question_id, lambda: _answers(site, question_id)):
        yield event


def question_of(fields: Mapping[str, str]) -> Question:
    """Raises ValueError where it is none."""
    said = {name: value for name, value in fields.items() if value}
    return Question.model_validate(
        {
            "question_id": f"{OURS}{uuid4()}",
            "text": said.get("text", ""),
            "kind": said.get("kind", "question_answering"),
            "filters": Filters(sources=_several(said.get("sources")), tags=_several(said.get("tags"))),
            "as_of": said.get("as_of"),
            "deadline_s": DEADLINE_S,
            "slice": "asked",
        }
    )


def _several(said: str | None) -> tuple[str, ...]:
    """Names between commas."""
    return tuple(name.strip() for name in (said or "").split(",") if name.strip())


def _answers(site: Site, question_id: str) -> tuple[str, bool]:
    asked = site.questions.get(question_id)
    return part("answers.html", _shown(site, asked)), asked is not None and asked.is_settled


def _shown(site: Site, asked: Asked | None) -> dict[str, object]:
    if asked is None:
        return {"asked": None, "cards": [], "progress": "On its way to the arms."}
    arms = site.questions.arms_of(asked)
    return {"asked": asked, "cards": shown.cards(asked, arms), "progress": shown.progress(asked, arms)}
