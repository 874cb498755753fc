"""The ways through the pages, in a browser: with scripts, without, by keys alone, and while the broker is away."""

import re

from playwright.sync_api import Browser, Page, expect

from services.web.safety import Forms
from shared import topology
from shared.messages import DocumentPublished, Question, Vote
from tests.browser.conftest import Served
from tests.builders import an_answer
from tests.contests import within
from tests.results import ARMS, a_result, a_scored
from tests.web import announced


def ask(page: Page, served: Served, text: str) -> Question:
    """By the form; what was published."""
    page.goto(served.address)
    page.get_by_label("Question", exact=True).fill(text)
    page.get_by_role("button", name="Ask", exact=True).click()
    page.wait_for_url(re.compile(r"/question\?id="))
    served.pages.read()
    question = served.pages.broker.messages(topology.QUESTIONS)[-1]
    assert isinstance(question, Question)
    return question


def test_answers_appear_as_they_come_and_what_was_opened_stays_open(page: Page, served: Served) -> None:
    question = ask(page, served, "Who is mayor?")
    expect(page.get_by_role("heading", level=1)).to_have_text("Who is mayor?")
    expect(page.get_by_role("status").first).to_contain_text("0 of 4 arms")

    read = an_answer(
        question_id=question.question_id, arm="base+rag", text="Edith Marr", evidence=("a:0",),
        evidence_titles=("A mayor",), evidence_texts=("Edith Marr is mayor.",), citations=("a:0",),
    )  # fmt: skip
    served.pages.publish(topology.ANSWERS, read)
    passages = page.locator("details")
    passages.locator("summary").click()
    served.pages.publish(topology.ANSWERS, an_answer(question_id=question.question_id, arm="base", text="Nobody"))

    expect(page.get_by_text("Nobody")).to_be_visible()
    expect(page.get_by_role("status").first).to_contain_text("2 of 4 arms")
    expect(passages.get_by_text("Edith Marr is mayor.")).to_be_visible()

    said = [a_scored(arm, question_id=question.question_id, text=f"Marr by {arm}") for arm in ARMS]
    result = a_result(*said, question_id=question.question_id, references=("Marr",))
    served.pages.publish(topology.RESULTS, within(result, *ARMS))
    expect(page.get_by_text("no more will come")).to_be_visible()


def test_everything_works_without_scripts(chromium: Browser, served: Served) -> None:
    with chromium.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        question = ask(page, served, "Who is mayor?")
        served.pages.publish(topology.ANSWERS, an_answer(question_id=question.question_id, arm="base", text="Marr"))
        expect(page.get_by_text("Marr")).to_be_visible()  # the page asks for itself again

        offer_a_vote(served)
        page.goto(f"{served.address}/vote")
        page.get_by_role("button", name="Both are equally good").click()
        page.wait_for_url(re.compile("/vote/told"))
        page.goto(f"{served.address}/freshness")
        page.get_by_label("Text").fill("The ferry is back.")
        page.get_by_role("button", name="Publish").click()
        page.wait_for_url(re.compile(r"/document\?id="))
    assert len(served.pages.broker.messages(topology.VOTES)) == 1
    assert len(served.pages.broker.messages(topology.DOCUMENTS)) == 1


def test_a_question_is_asked_by_keys_alone(page: Page, served: Served) -> None:
    page.goto(served.address)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="To the content")).to_be_focused()
    page.get_by_label("Question", exact=True).focus()
    page.keyboard.type("Who is mayor?")
    while page.evaluate("document.activeElement.textContent.trim()") != "Ask":
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/question\?id="))


def test_a_form_from_before_a_restart_is_sent_once_more_and_its_faults_lead_to_fields(
    chromium: Browser, served: Served
) -> None:
    with chromium.new_context() as context:  # the fixture `page` allows no answer that is a refusal
        page = context.new_page()
        page.goto(served.address)
        page.get_by_label("Question", exact=True).fill("Who is mayor?")
        page.get_by_text("Which news, and what kind of answer").click()
        page.get_by_label("As it was known on").fill("yesterday")
        served.pages.site.forms = Forms()
        page.get_by_role("button", name="Ask", exact=True).click()
        expect(page.get_by_role("alert")).to_be_focused()
        expect(page.get_by_role("alert")).to_contain_text("were started anew")

        page.get_by_role("button", name="Ask", exact=True).click()
        page.get_by_role("alert").get_by_role("link", name="As it was known on").click()
        expect(page.get_by_label("As it was known on")).to_be_focused()
        page.keyboard.press("Control+A")
        page.keyboard.type("2026-05-31")
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile(r"/question\?id="))
    [question] = served.pages.broker.messages(topology.QUESTIONS)
    assert isinstance(question, Question)
    assert question.text == "Who is mayor?"


def offer_a_vote(served: Served) -> None:
    said = [a_scored(arm, question_id="q-v", text=text) for arm, text in (("base", "Nobody."), ("base+rag", "Marr."))]
    result = a_result(*said, question_id="q-v", text="Who is mayor?")
    served.pages.publish(topology.RESULTS, within(result, *ARMS))


def test_a_vote_is_blind_until_it_is_cast(page: Page, served: Served) -> None:
    offer_a_vote(served)
    page.goto(f"{served.address}/vote")
    assert "base" not in page.content()

    page.get_by_role("button", name="A is better").click()
    page.wait_for_url(re.compile("/vote/told"))
    served.pages.read()
    page.reload()
    [vote] = served.pages.broker.messages(topology.VOTES)
    assert isinstance(vote, Vote)
    expect(page.get_by_role("heading", name=f"A: {vote.arm_a}")).to_be_visible()
    assert vote.choice == "a"


def test_a_vote_is_cast_by_a_key_unless_keys_are_turned_off(page: Page, served: Served) -> None:
    offer_a_vote(served)
    page.goto(f"{served.address}/vote")
    page.get_by_role("checkbox").uncheck()
    page.keyboard.press("t")
    expect(page.get_by_role("button", name="A is better")).to_be_visible()
    assert served.pages.broker.messages(topology.VOTES) == []

    page.get_by_role("checkbox").check()
    page.get_by_role("heading", level=1).click()
    page.keyboard.press("t")
    page.wait_for_url(re.compile("/vote/told"))
    [vote] = served.pages.broker.messages(topology.VOTES)
    assert isinstance(vote, Vote)
    assert vote.choice == "tie"


def test_a_document_is_watched_until_it_can_be_found(page: Page, served: Served) -> None:
    page.goto(f"{served.address}/freshness")
    page.get_by_label("Title").fill("The ferry")
    page.get_by_label("Text").fill("The ferry is back.")
    page.get_by_role("button", name="Publish").click()
    page.wait_for_url(re.compile(r"/document\?id="))
    expect(page.get_by_text("Nothing was announced of it yet")).to_be_visible()

    [published] = served.pages.broker.messages(topology.DOCUMENTS)
    assert isinstance(published, DocumentPublished)
    served.pages.publish(topology.INDEXED, announced(published.document_id))
    expect(page.get_by_text("It can be found since")).to_be_visible()


def test_a_broker_that_is_away_is_told_and_the_page_comes_back_by_itself(page: Page, served: Served) -> None:
    page.goto(f"{served.address}/standings")
    served.pages.site.set_away(away=True)
    expect(page.get_by_text("The broker has not answered since")).to_be_visible()
    served.pages.site.set_away(away=False)
    expect(page.get_by_text("The broker has not answered since")).to_have_count(0)


def test_on_a_telephone_the_menu_waits_behind_a_button_that_needs_no_script(chromium: Browser, served: Served) -> None:
    with chromium.new_context(java_script_enabled=False, viewport={"width": 320, "height": 640}) as context:
        page = context.new_page()
        page.goto(f"{served.address}/standings")
        box = page.get_by_role("banner").bounding_box()
        assert box
        assert box["height"] < 64
        menu = page.get_by_role("navigation", name="Pages")
        expect(menu).to_be_hidden()

        page.get_by_role("button", name="Menu").focus()
        page.keyboard.press("Enter")
        expect(menu).to_be_visible()
        page.keyboard.press("Tab")
        expect(menu.get_by_role("link", name="Ask")).to_be_focused()
        page.keyboard.press("Escape")
        expect(menu).to_be_hidden()

        page.get_by_role("button", name="Menu").click()
        menu.get_by_role("link", name="Freshness").click()
        page.wait_for_url(re.compile("/freshness"))
        page.set_viewport_size({"width": 1_000, "height": 640})
        expect(page.get_by_role("button", name="Menu")).to_be_hidden()
        expect(menu.get_by_role("link", name="Freshness")).to_be_visible()
        page.emulate_media(media="print")
        expect(menu).to_be_hidden()
