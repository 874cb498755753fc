"""The same for programs, as JSON; `/api/openapi.json` describes it."""

from typing import Annotated
from uuid import uuid4

from fastapi import APIRouter, Body
from fastapi.exceptions import HTTPException

from services.web.pages import shown
from services.web.pages.asking import DEADLINE_S, OURS
from services.web.pages.given import OfBrowser, OfSite
from shared import topology
from shared.messages import Question, Standing
from shared.messages.schema import Message

router = APIRouter(prefix="/api")


class QuestionToAsk(Message):
    """A question in words."""

    text: str


class Published(Message):
    """The id under which the question was asked."""

    question_id: str


class AskedQuestion(Message):
    """A question with its cards: what each arm said, as far as everybody may see it."""

    question_id: str
    text: str
    is_settled: bool
    cards: tuple[shown.Card, ...]


@router.get("/questions/{question_id}")
def question(site: OfSite, question_id: str) -> AskedQuestion:
    """What came of a question so far."""
    asked = site.questions.get(question_id)
    if asked is None:
        raise HTTPException(404, "nothing is kept here of this question")
    said = tuple(shown.cards(asked, site.questions.arms_of(asked)))
    return AskedQuestion(question_id=question_id, text=asked.question.text, is_settled=asked.is_settled, cards=said)


@router.post("/questions", status_code=202)
def ask(site: OfSite, browser: OfBrowser, asked: Annotated[QuestionToAsk, Body()]) -> Published:
    """Ask it; its answers come under the id that is given back."""
    site.asking.count(browser)
    question = Question(question_id=f"{OURS}{uuid4()}", text=asked.text, slice="asked", deadline_s=DEADLINE_S)
    site.publishing.publish(topology.QUESTIONS, question)
    return Published(question_id=question.question_id)


@router.get("/standings")
def standings(site: OfSite) -> dict[str, Standing]:
    """The newest standing of each slice."""
    return site.standings
