"""Question pages that stay open, in a browser: what became of their passages since, and too many of them."""

from typing import Any

from playwright.sync_api import Browser, Page, expect

from shared import topology
from tests.browser.conftest import Served
from tests.builders import a_question, an_answer
from tests.contests import within
from tests.results import ARMS, a_result, a_scored
from tests.web import announced


def settled(served: Served) -> str:
    """The address of a question that all arms have answered from a ferry's document."""
    read: dict[str, Any] = {"evidence": ("ferry:1:0",), "evidence_labels": ((),), "citations": ("ferry:1:0",)}
    served.pages.publish(topology.QUESTIONS, a_question(question_id="q-1"))
    served.pages.publish(topology.INDEXED, announced("ferry"))
    served.pages.publish(topology.ANSWERS, *(an_answer(question_id="q-1", arm=arm, **read) for arm in ARMS))
    scored = [a_scored(arm, question_id="q-1", **read) for arm in ARMS]
    served.pages.publish(topology.RESULTS, within(a_result(*scored, question_id="q-1"), *ARMS))
    return f"{served.address}/question?id=q-1"


def test_a_correction_and_a_retraction_mark_an_open_page(page: Page, served: Served) -> None:
    with page.expect_response(lambda response: "/question/stream" in response.url):
        page.goto(settled(served))
    page.locator("summary").first.click()
    served.pages.publish(topology.INDEXED, announced("ferry", 2))
    expect(page.get_by_text("Corrected since: revision 2 stands now.").first).to_be_visible()
    served.pages.publish(topology.INDEXED, announced("ferry", 3, retracted=True))
    expect(page.get_by_text("Retracted since").first).to_be_visible()


def test_a_page_that_cannot_be_kept_up_to_date_still_shows_its_answers(chromium: Browser, served: Served) -> None:
    served.pages.site.open_of["others"] = served.pages.settings.streams
    with chromium.new_context() as context:
        page = context.new_page()
        with page.expect_response(lambda response: "/question/stream" in response.url) as refused:
            page.goto(settled(served))
        refused.value.finished()
        page.wait_for_function("!document.querySelector('.htmx-request')")
        assert refused.value.status == 503
        expect(page.locator("article.card")).to_have_count(len(ARMS))
        expect(page.get_by_text("pages are open already")).to_have_count(0)
