"""Which of two answers is better, without a word on where they come from; who said what is told after the vote."""

import hashlib
from datetime import UTC, datetime
from itertools import permutations
from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from fastapi.exceptions import HTTPException
from fastapi.responses import RedirectResponse

from services.web.limits import TooOftenError
from services.web.live.site import Site
from services.web.pages.given import OfBrowser, OfPerson, OfSite, only
from services.web.pages.rendering import page
from services.web.pages.sent import REFUSALS, OfForm, Sent
from services.web.safety import Browser
from services.web.signing.people import Person
from shared import topology
from shared.lab.voting.blind import Shown, Voted, offer
from shared.lab.voting.counting import ballots
from shared.lab.voting.reading import voted_by, within_the_hour
from shared.messages import Choice, Result, Vote
from shared.messages.feedback import CHOICES
from shared.restriction import for_everyone

VOTE = "vote"
SAID: dict[Choice, str] = {
    "a": "A is better",
    "b": "B is better",
    "tie": "both are equally good",
    "both_bad": "both are bad",
}
KEYS: dict[Choice, str] = {"a": "a", "b": "b", "tie": "t", "both_bad": "n"}
router = APIRouter(include_in_schema=False)


@router.get("/vote")
def choice(request: Request, site: OfSite, browser: OfBrowser, person: OfPerson) -> Response:
    """Two answers of arms that are not named; none before it is known what was voted on."""
    return page(request, "vote/vote.html", _offered(site, browser, person))


def _offered(site: Site, browser: Browser, person: Person) -> dict[str, object]:
    shown = None
    if not site.is_reading:
        shown = offer(site.questions.results, person.voter, _voted(site, person), recent=site.voting.recent)
    mark = "" if shown is None else _mark(site, browser, shown)
    return {"shown": shown, "mark": mark, "choices": SAID, "keys": KEYS, "faults": None}


@router.post("/vote", dependencies=[only("voter")])
def cast(request: Request, site: OfSite, browser: OfBrowser, person: OfPerson, form: OfForm) -> Response:
    """Publish it, and tell whose the answers were; what cannot be taken leads to what can be voted on now."""
    try:
        shown = _cast(site, person, form)
    except REFUSALS as error:
        faults = form.refused(error)
        return page(request, "vote/vote.html", _offered(site, browser, person) | {"faults": faults}, faults.status)
    return RedirectResponse(f"/vote/told?id={quote(shown.question_id, safe='')}&cast=1", status_code=303)


def _cast(site: Site, person: Person, form: Sent) -> Shown:
    """The two answers that were voted on."""
    shown = _seen(site, person, form)
    choice = next((known for known in CHOICES if known == form.get("choice")), None)
    if choice is None:
        raise ValueError("no answer is chosen: say which is better, or that both are equally good or bad")
    voter, most = person.voter, site.voting.per_voter_per_hour
    if within_the_hour(voter, site.votes.values(), datetime.now(UTC)) >= most:
        raise TooOftenError(f"of one voter {most} votes within an hour count: come back later")
    site.casting.count(person)
    site.publish(topology.VOTES, shown.vote(voter, choice))
    return shown


@router.get("/vote/told")
def told(request: Request, site: OfSite, person: OfPerson, id: str, cast: str = "") -> Response:  # noqa: A002
    """What this person voted on a question, and on whose answers; the newest of several votes. `cast`: a moment ago."""
    own = [of.vote for of in site.votes.values() if of.vote.voter == person.voter and of.vote.question_id == id]
    result = _result(site, person, id)
    if result is None:
        raise HTTPException(404, "this question is no longer kept here")
    vote: Vote | None = own[-1] if own else None
    answers = {arm: scored.answer.text for arm, scored in result.answers.items()}
    known = {"vote": vote, "question": result.question, "answers": answers, "said": SAID, "is_cast": bool(cast)}
    return page(request, "vote/voted.html", known)


def _result(site: Site, person: Person, question_id: str) -> Result | None:
    """Of a question whose answers may be shown to everyone."""
    asked = site.questions.get(question_id, person)
    return asked.result if asked and asked.result and for_everyone(asked.result) else None


def _voted(site: Site, person: Person) -> Voted:
    return voted_by(person.voter, ballots(site.questions.results), site.votes.values())


def _mark(site: Site, browser: Browser, shown: Shown) -> str:
    """Of these arms with these texts in this order: what was seen is what is voted on, whatever came in between."""
    texts = (hashlib.sha256(text.encode()).hexdigest() for text in (shown.text_a, shown.text_b))
    return site.forms.mark(browser, VOTE, shown.question_id, shown.arm_a, shown.arm_b, *texts)


def _seen(site: Site, person: Person, form: Sent) -> Shown:
    """Raises what `Sent.unknown` gives for answers that were not shown to this browser, or are not what they were."""
    result = _result(site, person, form.get("question_id"))
    if result is None:
        raise form.unknown("this question is no longer kept here: take the next one")
    texts = {arm: scored.answer.text for arm, scored in result.answers.items()}
    question = result.question
    for arm_a, arm_b in permutations(texts, 2):
        shown = Shown(question.question_id, question.text, texts[arm_a], texts[arm_b], arm_a, arm_b)
        if _mark(site, form.browser, shown) == form.get("mark"):
            if (min(arm_a, arm_b), max(arm_a, arm_b)) in _voted(site, person).get(question.question_id, ()):
                raise form.unknown("you have voted on these two answers: take the next ones")
            return shown
    raise form.unknown(
        "these answers have changed since or were shown to somebody else, or these pages were started anew: take the "
        "next ones"
    )
