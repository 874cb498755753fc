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
    assert told.headers["location"] == f"/vote/{fields['question_id']}"
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
    assert browser.post("/vote", data={**fields, "choice": "b"}).status_code in (303, 403)
    pages.read()
    votes = pages.broker.messages(topology.VOTES)
    assert fields_of(browser)["question_id"] != fields["question_id"], "the next one is another"
    assert len(votes) <= 2


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
    browser, codes = pages.browser(), []
    for _ in range(2):
        codes.append(browser.post("/vote", data={**fields_of(browser), "choice": "tie"}).status_code)
        pages.read()
    assert codes == [303, 429]


def test_where_there_is_nothing_to_vote_on_the_page_says_what_to_do() -> None:
    assert "Ask something" in Pages().browser().get("/vote").text
