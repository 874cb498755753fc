"""Voting on a page: blind before the vote, told after it, and each pair once."""

import pytest
from fastapi.testclient import TestClient

from shared import topology
from shared.lab.voting.settings import VotingSettings
from shared.messages import Vote
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
    assert told.headers["location"] == f"/vote/told?id={fields['question_id']}"
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
