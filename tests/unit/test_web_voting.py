"""Voting on a page: blind before the vote, told after it, and each pair once."""

import re

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from services.web.pages.vote.page import KEYS
from shared import topology
from shared.lab.voting.settings import VotingSettings
from shared.messages import AdapterRef, Result, Vote
from shared.messages.feedback import CHOICES
from tests.builders import NOON
from tests.contests import within
from tests.results import ARMS, a_result, a_scored
from tests.web import Pages, mark_in

NAMES = ("zebra-arm", "yak-arm")


@pytest.fixture
def pages() -> Pages:
    pages = Pages()
    for number in range(3):
        name = f"q-{number}"
        said = [a_scored(arm, question_id=name, text=f"said {at}", model="m") for at, arm in enumerate(NAMES)]
        pages.publish(topology.RESULTS, within(a_result(*said, question_id=name), *NAMES))
    return pages


def fields_of(browser: TestClient) -> dict[str, str]:
    page = browser.get("/vote").text
    question = page.split('name="question_id" value="')[1].split('"')[0]
    return {"mark": mark_in(page), "question_id": question}


def test_nothing_tells_the_arms_before_the_vote(pages: Pages) -> None:
    shown = pages.browser().get("/vote")

    everything = shown.text + str(shown.headers)
    assert "said 0" in everything
    assert not any(name in everything for name in NAMES)


def test_a_vote_is_a_record_and_then_it_is_told_whose_the_answers_were(pages: Pages) -> None:
    browser = pages.browser()
    fields = fields_of(browser)
    told = browser.post("/vote", data={**fields, "choice": "a"})
    pages.read()
    [vote] = pages.broker.messages(topology.VOTES)

    assert isinstance(vote, Vote)
    assert (vote.choice, {vote.arm_a, vote.arm_b}) == ("a", {*NAMES})
    assert told.headers["location"] == f"/vote/told?id={fields['question_id']}&cast=1"
    page = browser.get(told.headers["location"]).text
    assert f"A: {vote.arm_a}" in page
    assert f"B: {vote.arm_b}" in page


def test_a_choice_is_voted_on_once_and_by_whom_it_was_shown_to(pages: Pages) -> None:
    browser, other = pages.browser(), pages.browser()
    fields = fields_of(browser)
    other.get("/vote")
    assert other.post("/vote", data={**fields, "choice": "a"}).status_code == 403
    assert browser.post("/vote", data={**fields, "choice": "a"}).status_code == 303
    pages.read()
    assert browser.post("/vote", data={**fields, "choice": "b"}).status_code == 403
    assert len(pages.broker.records(topology.VOTES.name)) == 1
    assert fields_of(browser)["question_id"] != fields["question_id"], "the next one is another"


def test_answers_that_changed_since_are_not_voted_on_unseen(pages: Pages) -> None:
    browser = pages.browser()
    fields = fields_of(browser)
    name = fields["question_id"]
    said = [a_scored(arm, question_id=name, text=f"other {at}") for at, arm in enumerate(NAMES)]
    changed = within(a_result(*said, question_id=name), *NAMES).model_copy(update={"result_version": 2})
    pages.publish(topology.RESULTS, changed)
    refused = browser.post("/vote", data={**fields, "choice": "a"})

    assert refused.status_code == 403
    assert "have changed since" in refused.text


def test_a_third_answer_does_not_void_an_open_vote(pages: Pages) -> None:
    browser = pages.browser()
    fields = fields_of(browser)
    name = fields["question_id"]
    said = [a_scored(arm, question_id=name, text=f"said {at}") for at, arm in enumerate((*NAMES, "ant-arm"))]
    more = within(a_result(*said, question_id=name), *NAMES, "ant-arm").model_copy(update={"result_version": 2})
    pages.publish(topology.RESULTS, more)

    assert browser.post("/vote", data={**fields, "choice": "a"}).status_code == 303


def test_the_published_name_of_a_voter_opens_nothing(pages: Pages) -> None:
    browser = pages.browser()
    browser.post("/vote", data={**fields_of(browser), "choice": "a"})
    pages.read()
    [vote] = pages.broker.messages(topology.VOTES)
    assert isinstance(vote, Vote)

    assert browser.cookies["tiltyard"][:12] not in vote.voter


def test_whose_answers_they_are_is_told_to_nobody_who_has_not_voted(pages: Pages) -> None:
    page = pages.browser().get("/vote/told?id=q-0").text

    assert "No vote of yours is known here yet" in page
    assert not any(name in page for name in NAMES)


def test_without_a_choice_nothing_is_published(pages: Pages) -> None:
    browser = pages.browser()
    for choice in ("", "c", "zebra-arm"):
        assert browser.post("/vote", data={**fields_of(browser), "choice": choice}).status_code == 422
    assert not pages.broker.records(topology.VOTES.name)


def test_a_voter_has_as_many_votes_within_an_hour_as_count() -> None:
    pages = Pages(voting=VotingSettings(per_voter_per_hour=1))
    for number in range(2):
        said = [a_scored(arm, question_id=f"q-{number}", text=arm) for arm in ARMS[:2]]
        pages.publish(topology.RESULTS, within(a_result(*said, question_id=f"q-{number}"), *ARMS))
    browser = pages.browser()
    fields = fields_of(browser)
    codes = [browser.post("/vote", data={**fields, "choice": "tie"}).status_code for _ in range(3)]
    assert codes == [303, 429, 429], "also before the first one is seen on its topic"


def test_where_there_is_nothing_to_vote_on_the_page_says_what_to_do() -> None:
    assert "Ask something" in Pages().browser().get("/vote").text


HOSTILE = ("<b>quorvalent</b>", "vexmoor & co", "\u202egnitsujkaz", "'; drop brintle --", "zephrandel+rag")
TOLD = (
    "quorvalent", "vexmoor", "gnitsujkaz", "brintle", "zephrandel", "ombrafax", "lutherine", "pelvarine", "gravitone",
    "dorsalind", "hexaphine", "91357.", "91.4 s", "82461.", "82.5 s", "1351946803",
)  # fmt: skip
"""Words and numbers that tell an arm, or from which one follows."""


def a_hostile_result(number: int) -> Result:
    """Everything in it that is not question or answer tells which arm it was."""
    name, arms = f"q-{number}", [HOSTILE[(number + step) % len(HOSTILE)] for step in (0, 1 + number % 3)]
    said = [
        a_scored(
            arm, question_id=name, text=f"said {at}", model=f"ombrafax-{arm}"[:60], backend=f"lutherine-{at}",
            adapter=AdapterRef(name=f"pelvarine-{at}", cutoff=NOON, weights_sha256=f"gravitone{at}"),
            evidence=(f"dorsalind-{at}:1:0",), evidence_titles=(f"hexaphine {at}",), citations=(f"dorsalind-{at}:1:0",),
            prompt_version=f"hexaphine.v{at}", latency_ms=91_357.25 + at, generation_ms=82_461.5,
            prompt_tokens=1_351_946_803,
        )
        for at, arm in enumerate(arms)
    ]  # fmt: skip
    result = a_result(*said, question_id=name, text=f"Which is the {number}th?")
    contest = within(result, "arm-0", "arm-1").contest
    assert contest is not None
    taken = [of.model_copy(update={"name": arm}) for of, arm in zip(contest.arms, arms, strict=True)]
    return result.model_copy(
        update={"contest": contest.model_copy(update={"name": "zephrandel", "arms": tuple(taken)})}
    )


def tells(response: Response) -> list[str]:
    """What of the arms stands anywhere in a response, whatever the case of letters."""
    everything = response.content + b"".join(part for header in response.headers.raw for part in header)
    return [word for word in TOLD if word.encode() in everything.lower()]


def test_no_byte_before_the_vote_tells_whose_the_answers_are() -> None:
    pages = Pages()
    for number in range(50):
        pages.publish(topology.RESULTS, a_hostile_result(number))
    browser = pages.browser()
    seen = set()
    for _ in range(50):
        shown = browser.get("/vote")
        fields = fields_of(browser)
        refused = browser.post("/vote", data={**fields, "choice": "none of them"})
        untold = browser.get("/vote/told", params={"id": fields["question_id"]})
        foreign = browser.post("/vote", data={**fields, "mark": "0" * 64, "choice": "a"})
        assert [tells(response) for response in (shown, refused, untold, foreign)] == [[], [], [], []]
        assert "said 0" in shown.text
        assert "said 1" in shown.text
        cast = browser.post("/vote", data={**fields, "choice": "a"})
        assert (cast.status_code, tells(cast)) == (303, [])
        pages.read()
        seen.add(fields["question_id"])
    assert len(seen) == 50
    assert tells(browser.get("/vote/told?id=q-1")), "after the vote it is told"


def test_pages_differ_in_nothing_but_the_mark_where_only_the_arms_do(pages: Pages) -> None:
    browser = pages.browser()
    browser.get("/vote")
    page, other = browser.get("/vote").text, ""
    question = fields_of(browser)["question_id"]
    for version, letters in enumerate(("aardvark", "beetle", "civet", "dormouse"), start=2):
        said = [
            a_scored(arm, question_id=question, text=f"said {at}", latency_ms=at, model=arm)
            for at, arm in enumerate((f"{letters}-one", f"{letters}-two"))
        ]
        changed = within(a_result(*said, question_id=question), *(of.answer.arm for of in said))
        pages.publish(topology.RESULTS, changed.model_copy(update={"result_version": version}))
        other = other or without_sides(browser.get("/vote").text)
        assert without_sides(browser.get("/vote").text) == other
    assert other == without_sides(page)


def without_sides(page: str) -> str:
    return re.sub(r'name="mark" value="\w+"', "", page).replace("said 0", "said").replace("said 1", "said")


def test_over_many_voters_sides_balance_whatever_the_order_of_the_arms() -> None:
    for order in (1, -1):
        pages = Pages()
        said = [a_scored(arm, question_id="q-1", text=f"said by {arm}") for arm in NAMES[::order]]
        pages.publish(topology.RESULTS, within(a_result(*said, question_id="q-1"), *NAMES[::order]))
        browser, first = pages.browser(), 0
        for _ in range(400):
            browser.cookies.clear()
            page = browser.get("/vote").text
            first += page.index(f"said by {NAMES[0]}") < page.index(f"said by {NAMES[1]}")
        assert abs(first - 200) < 50, "five standard deviations"


def test_one_voter_meets_an_arm_on_both_sides() -> None:
    pages = Pages()
    for number in range(50):
        said = [a_scored(arm, question_id=f"q-{number}", text=f"said by {arm}") for arm in NAMES]
        pages.publish(topology.RESULTS, within(a_result(*said, question_id=f"q-{number}"), *NAMES))
    browser = pages.browser()
    for _ in range(50):
        assert browser.post("/vote", data={**fields_of(browser), "choice": "tie"}).status_code == 303
        pages.read()
    votes = [vote for vote in pages.broker.messages(topology.VOTES) if isinstance(vote, Vote)]

    assert abs(sum(vote.arm_a == NAMES[0] for vote in votes) - 25) < 18, "five standard deviations"


def test_every_choice_has_a_key_of_its_own_and_the_page_says_it(pages: Pages) -> None:
    browser = pages.browser()
    page = browser.get("/vote").text

    assert (set(KEYS), len(set(KEYS.values()))) == ({*CHOICES}, len(CHOICES))
    assert all(f'value="{choice}" data-key="{key}"' in page for choice, key in KEYS.items())
    assert all(f"<kbd>{key.upper()}</kbd>" in page for key in KEYS.values())
    assert re.search(r'id="keys" hidden>.*type="checkbox"', page), "keys can be turned off, and need scripts"
    assert browser.get("/static/vote.js").status_code == 200
