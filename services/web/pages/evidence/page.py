"""What an answer was given to read: each passage with its words, where it comes from, and what became of it since."""

from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter, Request, Response
from fastapi.exceptions import HTTPException

from services.web.live.marks import by_topic_and_store
from services.web.live.questions import Asked
from services.web.live.site import Site
from services.web.pages.asking.cards import WITHHELD, answer_of
from services.web.pages.evidence import passages
from services.web.pages.evidence.passages import PassageRead
from services.web.pages.given import OfPerson, OfSite
from services.web.pages.rendering import page
from services.web.signing.people import Person
from shared.messages import Answer, EvidenceFound
from shared.messages.contests import CAG, GOLD, NO_CONTEXT

PROMPT_NOT_KEPT = (
    "The prompt itself is not shown, since no message carries it: the generator puts {given} into the prompt of this "
    "version. An answer keeps the version, its passages and how many tokens the prompt had, and no copy or signature "
    "of its text that a rebuilt one could be held against."
)
PASSAGES = "these passages, in this order and numbered from 1, and the question"
GONE = "What was found for this question has left memory, and this answer carries no words of its passages"
router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class Search:
    """How the passages were found."""

    recipe: str
    search: str
    ranker: str
    encoder: str
    contest: str
    searched_for: str
    note: str
    is_stale: bool
    took_ms: float


@dataclass(frozen=True)
class Evidence:
    """What an arm was given. `search`: None where what was found is not in memory, or nothing was searched for.

    `gone`: why nothing can be shown.
    """

    question_id: str
    question: str
    arm: str
    status: str
    asked_at: datetime
    is_stale: bool
    search: Search | None
    read: tuple[PassageRead, ...]
    unused: tuple[PassageRead, ...]
    hints: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    gone: str = ""


@router.get("/evidence")
def show(request: Request, site: OfSite, person: OfPerson, question: str, arm: str) -> Response:
    """Of one answer; 404 where nothing is left of it."""
    evidence = evidence_of(site, person, question, arm)
    not_kept = PROMPT_NOT_KEPT.format(given=PASSAGES if evidence.read else "the question")
    shown = {"evidence": evidence, "not_kept": not_kept}
    return page(request, "evidence/evidence.html", shown, 404 if evidence.gone else 200)


def evidence_of(site: Site, person: Person, question_id: str, arm: str) -> Evidence:
    """Raises HTTPException for a question or an arm of which nothing is kept, or not for this person."""
    asked = site.questions.get(question_id, person)
    if asked is None:
        raise HTTPException(
            404, "the evidence of this question is not shown here: it may be too long ago, or not for you"
        )
    if arm not in site.questions.arms_of(asked):
        raise HTTPException(404, "no arm of this name was asked this question, or its answer is no longer kept here")
    answer, _ = answer_of(asked, arm)
    context = site.questions.context_of(asked, arm)
    found = _found(site, question_id, context, answer)
    marked = by_topic_and_store(site.revisions, site.store, passages.sources(answer, found))
    read = passages.read(answer, found, person, marked) if answer else []
    return Evidence(
        question_id=question_id,
        question=asked.question.text,
        arm=arm,
        status=_status(answer, person),
        asked_at=asked.asked_at,
        is_stale=bool((answer and answer.stale) or (found and found.stale)),
        search=_search(found) if found else None,
        read=tuple(read),
        unused=tuple(passages.unused(answer, found, person, marked)),
        hints=tuple(_hints(asked, answer, found, context)),
        facts=tuple(passages.facts(answer)) if answer and answer.status != "skipped" else (),
        gone=_gone(answer, found, context),
    )


def _found(site: Site, question_id: str, context: str, answer: Answer | None) -> EvidenceFound | None:
    """By the arm's context; of an arm that its contest does not name, what has all of its passages."""
    searches = site.searches.of(question_id)
    if context or answer is None:
        return searches[context].evidence if context in searches else None
    wanted = set(answer.evidence)
    whole = (
        searched.evidence
        for searched in searches.values()
        if wanted and wanted <= {item.chunk_id for item in searched.evidence.items}
    )
    return next(whole, None)


def _search(found: EvidenceFound) -> Search:
    return Search(
        recipe=found.recipe,
        search=found.search,
        ranker=found.ranker,
        encoder=found.encoder,
        contest=found.contest,
        searched_for=found.searched_for,
        note=found.note,
        is_stale=found.stale,
        took_ms=found.retrieval_ms,
    )


def _gone(answer: Answer | None, found: EvidenceFound | None, context: str) -> str:
    """Why there is nothing to read where there was something; whole documents are never carried."""
    if answer is None or found or not answer.evidence or context == CAG or passages.carries_words(answer):
        return ""
    return f"{GONE}: their ids alone are left."


def _hints(asked: Asked, answer: Answer | None, found: EvidenceFound | None, context: str) -> list[str]:
    hints = []
    if answer is None:
        hints.append("No answer of this arm is here: it has not come, or not in time.")
    if context == NO_CONTEXT:
        hints.append("This arm is given nothing to read: it answers from memory.")
    elif context == CAG:
        hints.append(
            "This arm reads the newest documents, the same for every question and each as a whole. No message carries "
            "their words."
        )
    elif context == GOLD:
        hints.append("This arm is given passages of the documents that the question names: nothing was searched for.")
    elif found is None and answer is not None and passages.carries_words(answer):
        hints.append(
            "What was found has left memory. Shown is what the answer itself carries: no source, time, place or score."
        )
    if asked.question.history:
        hints.append(f"The question is one of a conversation: {len(asked.question.history)} turns came before it.")
    return hints


def _status(answer: Answer | None, person: Person) -> str:
    if answer is None:
        return ""
    return answer.status if person.may_see_answer(answer) else WITHHELD
