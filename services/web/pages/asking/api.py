"""Questions for programs, as JSON."""

from datetime import UTC, datetime
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Body
from fastapi.exceptions import HTTPException

from services.web.live.marks import by_topic
from services.web.pages.asking.cards import Card, cards_of
from services.web.pages.asking.page import question_of
from services.web.pages.given import OfPerson, OfSite, only
from services.web.pages.problems import told
from shared import topology
from shared.messages.schema import Message

router = APIRouter(prefix="/api")


class QuestionToAsk(Message):
    """A question in words."""

    text: str


class Published(Message):
    """The id under which the question was asked."""

    question_id: str


class AskedQuestion(Message):
    """A question with its cards: what each arm said, as far as one may see it."""

    question_id: str
    text: str
    is_settled: bool
    cards: tuple[Card, ...]


@router.get("/question", responses=told(404))
def question(site: OfSite, person: OfPerson, id: str) -> AskedQuestion:  # noqa: A002  (the parameter's name in addresses)
    """What came of a question so far."""
    asked = site.questions.get(id, person)
    if asked is None:
        raise HTTPException(404, "nothing is kept here of this question, or not for you")
    is_settled = asked.is_settled(datetime.now(UTC))
    arms, marked = site.questions.arms_of(asked), partial(by_topic, site.revisions)
    cards = tuple(cards_of(asked, arms, person, is_settled=is_settled, costs=site.costs, marked=marked))
    return AskedQuestion(question_id=id, text=asked.question.text, is_settled=is_settled, cards=cards)


@router.post("/question", status_code=202, dependencies=[only("voter")], responses=told(403, 413, 429, 503))
def ask(site: OfSite, person: OfPerson, asked: Annotated[QuestionToAsk, Body()]) -> Published:
    """Ask it; its answers come under the id that is given back."""
    site.asking.count(person)
    question = question_of({"text": asked.text}, person)
    site.publish(topology.QUESTIONS, question)
    return Published(question_id=question.question_id)
