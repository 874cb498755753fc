"""The pages in a real browser, over the real topics and services."""

import re
import time
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from shared import topology
from shared.kafka import topics
from shared.messages import Vote
from shared.records import understood
from tests.builders import a_document, a_question
from tests.e2e.conftest import WITHIN_S, House

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]
WITHIN_MS = WITHIN_S * 1_000


@pytest.fixture(autouse=True)
def _patient() -> None:
    expect.set_options(timeout=WITHIN_MS)


def test_news_that_is_published_on_a_page_is_answered_on_it(house: House, page: Page) -> None:
    page.goto(f"{house.pages}/freshness")
    page.get_by_label("Title").fill("Copper bells")
    page.get_by_label("Text").fill("The copper bells of Linmere weigh 27 kilos.")
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_text("It can be found since")).to_be_visible()

    page.goto(house.pages)
    page.get_by_label("Question", exact=True).fill("How much do the copper bells of Linmere weigh?")
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.get_by_text("no more will come")).to_be_visible()
    reading = page.get_by_role("article", name="base+rag", exact=True)
    reading.locator("summary").first.click()
    expect(reading.get_by_text("The copper bells of Linmere weigh 27 kilos.").first).to_be_visible()


def test_a_vote_of_a_page_is_counted(house: House, page: Page) -> None:
    house.publish(a_document(document_id="bell", text="The bell of Brask weighs 58 kilos."))
    house.ask(a_question(question_id="bell", kind="summarisation", text="Summarise the news about the bell of Brask."))
    page.goto(f"{house.pages}/question?id=bell")
    expect(page.get_by_text("no more will come")).to_be_visible()
    page.goto(f"{house.pages}/vote")
    page.get_by_role("button", name="A is better").click()
    page.wait_for_url(re.compile("/vote/told"))
    [question_id] = parse_qs(urlsplit(page.url).query)["id"]

    deadline = time.monotonic() + WITHIN_S
    while not (of_it := [vote for vote in votes(house) if vote.question_id == question_id]):
        assert time.monotonic() < deadline, "the vote does not come"
    [vote] = of_it
    page.reload()
    expect(page.get_by_role("heading", name=f"A: {vote.arm_a}", exact=True)).to_be_visible()
    assert vote.voter.startswith("web-")


def votes(house: House) -> list[Vote]:
    return [vote for _, vote in understood(Vote, topics.read_all(house.kafka, topology.VOTES.name))]
