"""Pages with something on each of them: usual, very long, right to left, and hostile."""

from shared import topology
from shared.messages import Answer, ContestAnnounced, Question
from tests.adapters import announced as adapter
from tests.adapters import gate
from tests.builders import NOON, a_question, an_answer
from tests.contests import a_contest, within
from tests.dead import bury
from tests.results import ARMS, a_result, a_scored, a_trial
from tests.reviews import SHEET, a_made_one, an_item, said
from tests.standings import standings
from tests.web import Pages, announced

RESULTS = 40
LONG = "Donaudampfschifffahrtsgesellschaftskapitän" * 6
RIGHT_TO_LEFT = "متى تعود العبارة إلى فالوبي؟"
HOSTILE = "<script>alert('x')</script> <img src=x onerror=y> \u202egnp"
EMPTY = (
    "/",
    "/compare",
    "/vote",
    "/review",
    "/review/questions",
    "/standings",
    "/freshness",
    "/reports",
    "/dead",
    "/adapters",
    "/contest",
    "/question?id=gone",
    "/sign-in",
)
"""Addresses of pages on a site with nothing on it."""


def fill(pages: Pages) -> None:
    """Publish all of it."""
    results, _ = a_trial()
    pages.publish(topology.RESULTS, *[within(result, *ARMS) for result in results[:RESULTS]])
    pages.publish(topology.STANDINGS, *standings(results, ARMS))
    pages.publish(topology.QUESTIONS, *_questions())
    pages.publish(topology.ANSWERS, *_answers())
    both = [a_scored(arm, question_id="q-vote", text=text) for arm, text in (("base", "Maybe."), ("base+rag", "Marr."))]
    pages.publish(topology.RESULTS, within(a_result(*both, question_id="q-vote", text="Who is mayor?"), *ARMS))
    items = [an_item(1), an_item(2, question=LONG, answer=HOSTILE), an_item(3, question=RIGHT_TO_LEFT), a_made_one()]
    pages.publish(topology.REVIEW_ITEMS, *items)
    pages.publish(topology.REVIEWS, said(items[0], "ada", "right"), said(items[0], "bob", "wrong"))
    _operate(pages)
    pages.publish(
        topology.INDEXED, *[announced(f"ferry-{number}", source="Harrow Vale Wire") for number in range(30)],
        announced(LONG, source=HOSTILE), announced(RIGHT_TO_LEFT),
    )  # fmt: skip


def _operate(pages: Pages) -> None:
    """What operators look after."""
    passed = (gate("learned", "passed", "share right is 0.61", value=0.61, ci95=(0.52, 0.70), n=120),)
    failed = (gate("general", "failed", "share right is 0.10, -0.30 against base", value=0.1, n=20),)
    pages.publish(
        topology.ADAPTERS, adapter("news-1", gates=passed), adapter("news-2", state="candidate", gates=failed),
        adapter("x" * 180, state="retired", reason=RIGHT_TO_LEFT * 5),
    )  # fmt: skip
    for name in ("first", "second"):
        contest = a_contest(*ARMS, name=name)
        pages.publish(topology.CONTESTS, ContestAnnounced(announcement_id=name, contest=contest, announced_at=NOON))
    for number in range(30):
        bury(pages.broker, f"story-{number}", reason=f"document story-{number} has {number},000 bytes")
    bury(pages.broker, LONG, value=b"\xff\xfe" * 400, reason=HOSTILE)
    pages.read()


def full() -> tuple[str, ...]:
    """Addresses of pages, each another one, once the site is filled."""
    return (
        *EMPTY, "/standings?of=learned", *[f"/question?id=q-{of}" for of in ("live", "long", "rtl", "hostile")],
        "/document?id=ferry-1", "/vote/told?id=q-vote", "/question/references?id=q-live",
        *[f"/evidence?question=q-{of}&arm=base%2Brag" for of in ("live", "long", "hostile")],
        "/trace?question=q-live", "/trace?question=q-hostile", "/trace?document=ferry-1",
        "/compare?arm=tuned&outcome=other-right", "/compare?words=nothing",
        f"/review/sheet?id={SHEET}", second_item(), "/adapter?name=news-1",
        "/dead/letter?at=news.documents.v1.dead[0]@0", "/dead/trial?what=topic&of=news.documents.v1",
        "/standings/history", "/standings/history?of=learned", "/compare?id=q-vote",
        "/adapters/change?do=promote&of=news-2", "/contest/announced?id=first",
        "/contest/shipped?name=all",
    )  # fmt: skip


def second_item() -> str:
    """Where the long and hostile item of the first sheet is reviewed."""
    return f"/review/item?sheet={SHEET}&item={an_item(2, question=LONG, answer=HOSTILE).item_id}"


def _questions() -> list[Question]:
    texts = {
        "q-live": "How many minutes does the ferry take?",
        "q-long": LONG,
        "q-rtl": RIGHT_TO_LEFT,
        "q-hostile": HOSTILE,
    }
    return [a_question(question_id=name, text=text, references=None) for name, text in texts.items()]


def _answers() -> list[Answer]:
    read = {
        "evidence": ("ferry:0", "mill:1"), "evidence_titles": ("The ferry is back", RIGHT_TO_LEFT),
        "evidence_texts": ("The ferry takes 48 minutes.", LONG), "citations": ("ferry:0",),
    }  # fmt: skip
    return [
        an_answer(question_id="q-live", arm="base", text="About an hour, I believe."),
        an_answer(question_id="q-live", arm="base+rag", text="48 minutes [1].", **read),
        an_answer(question_id="q-live", arm="tuned", status="abstained", abstention="support below 0.6", text=""),
        *[
            an_answer(question_id=name, arm="base+rag", text=text, **read)
            for name, text in (("q-long", LONG), ("q-rtl", RIGHT_TO_LEFT), ("q-hostile", HOSTILE))
        ],
    ]
