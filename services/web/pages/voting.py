"""Which of two answers is better, without a word on where they come from; who said what is told after the vote."""

from datetime import UTC, datetime

from fastapi import APIRouter, Request, Response
from fastapi.exceptions import HTTPException
from fastapi.responses import RedirectResponse

from services.web.live.site import Site
from services.web.pages.given import Fields, OfBrowser, OfSite
from services.web.pages.rendering import page
from services.web.safety import Browser, ForeignFormError, TooOftenError
from shared import topology
from shared.lab.voting.blind import Shown, Voted, choice_on, offer
from shared.lab.voting.counting import ballots
from shared.lab.voting.reading import voted_by, within_the_hour
from shared.messages import Choice, Vote
from shared.messages.feedback import CHOICES
from shared.restriction import for_everyone

VOTE = "vote"
SAID: dict[Choice, str] = {
    "a": "A is better",
    "b": "B is better",
    "tie": "both are equally good",
    "both_bad": "both are bad",
}
router = APIRouter(include_in_schema=False)


@router.get("/vote")
def choice(request: Request, site: OfSite, browser: OfBrowser) -> Response:
    """Two answers of arms that are not named."""
    shown = offer(site.questions.results, voter_of(browser), _voted(site, browser), recent=site.voting.recent)
    mark = "" if shown is None else _mark(site, browser, shown)
    return page(request, "vote.html", {"shown": shown, "mark": mark, "choices": SAID})


@router.post("/vote")
def cast(site: OfSite, browser: OfBrowser, fields: Fields) -> Response:
    """Publish it, and tell whose the answers were."""
    shown, choice = _chosen(site, browser, fields)
    voter, most = voter_of(browser), site.voting.per_voter_per_hour
    if within_the_hour(voter, site.votes, datetime.now(UTC)) >= most:
        raise TooOftenError(f"of one voter {most} votes within an hour count: come back later")
    site.publishing.publish(topology.VOTES, shown.vote(voter, choice))
    return RedirectResponse(f"/vote/{shown.question_id}", status_code=303)


@router.get("/vote/{question_id}")
def told(request: Request, site: OfSite, browser: OfBrowser, question_id: str) -> Response:
    """What this browser voted on a question, and on whose answers; the newest of several votes."""
    own = [of.vote for of in site.votes if of.vote.voter == voter_of(browser) and of.vote.question_id == question_id]
    asked = site.questions.get(question_id)
    if asked is None or asked.result is None or not for_everyone(asked.result):
        raise HTTPException(404, "this question is no longer kept here")
    vote: Vote | None = own[-1] if own else None
    answers = {arm: scored.answer.text for arm, scored in asked.result.answers.items()}
    return page(request, "voted.html", {"vote": vote, "question": asked.question, "answers": answers, "said": SAID})


def voter_of(browser: Browser) -> str:
    """The pseudonym that results show."""
    return f"web-{browser.name[:12]}"


def _voted(site: Site, browser: Browser) -> Voted:
    return voted_by(voter_of(browser), ballots(site.questions.results), site.votes)


def _mark(site: Site, browser: Browser, shown: Shown) -> str:
    """Of this choice in this order: what was shown is what is voted on, whatever came in between."""
    return site.forms.mark(browser, VOTE, shown.question_id, shown.arm_a, shown.arm_b)


def _chosen(site: Site, browser: Browser, fields: dict[str, str]) -> tuple[Shown, Choice]:
    """Raises ValueError for no choice, ForeignFormError for two answers that were not shown to this browser."""
    choice = next((known for known in CHOICES if known == fields.get("choice")), None)
    if choice is None:
        raise ValueError("no answer is chosen: say which is better, or that both are as good or bad")
    asked = site.questions.get(fields.get("question_id", ""))
    if asked is None or asked.result is None:
        raise ForeignFormError("this question is no longer kept here: take the next one")
    shown = choice_on(asked.result, voter_of(browser), _voted(site, browser))
    if _mark(site, browser, shown) != fields.get("mark"):
        raise ForeignFormError("these two answers were voted on already, or shown to somebody else: take the next ones")
    return shown, choice
