"""Asking on from an answer, and forms that come back as they were typed."""

import re

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from services.web.pages.asking.page import OURS
from services.web.safety import Browser
from services.web.settings import WebSettings
from services.web.signing.people import Person
from shared import topology
from shared.messages import Question, Turn
from shared.messages.conversation import LONGEST_HISTORY, MOST_TURNS
from tests.builders import NOON, a_question, an_answer
from tests.contests import within
from tests.results import a_result, a_scored
from tests.web import Pages, Signed, mark_in

HOSTILE = "</textarea><script>alert('x')</script>\"'"


@pytest.fixture
def pages() -> Pages:
    pages = Pages()
    pages.publish(topology.QUESTIONS, a_question(question_id="q-1", text="Where was the bell found?"))
    pages.publish(topology.ANSWERS, an_answer(question_id="q-1", arm="base", text="In a barn."))
    return pages


def followed(pages: Pages, browser: TestClient | None = None, **fields: str) -> Response:
    """Ask on from the answer of `base`, or as fields say."""
    browser = browser or pages.browser()
    mark = mark_in(browser.get("/question", params={"id": fields.get("id", "q-1")}).text)
    given = {"mark": mark, "id": "q-1", "arm": "base", "text": "How heavy is it?"} | fields
    return browser.post("/follow", data=given)


def newest_question(pages: Pages) -> Question:
    """Of those that a page asked, the one with most turns before it: records of several partitions have no order."""
    asked = [message for message in pages.broker.messages(topology.QUESTIONS) if isinstance(message, Question)]
    return max(
        (question for question in asked if question.question_id.startswith(OURS)), key=lambda asked: len(asked.history)
    )


def test_a_follow_up_carries_the_question_and_the_chosen_answer(pages: Pages) -> None:
    led = followed(pages)
    question = newest_question(pages)

    assert led.headers["location"] == f"/question?id={question.question_id}"
    assert (question.kind, question.text) == ("conversation", "How heavy is it?")
    assert question.history == (
        Turn(role="asker", text="Where was the bell found?"), Turn(role="assistant", text="In a barn."),
    )  # fmt: skip


def test_turns_before_go_on_and_are_shown(pages: Pages) -> None:
    followed(pages)
    pages.read()
    second = newest_question(pages).question_id
    pages.publish(topology.ANSWERS, an_answer(question_id=second, arm="tuned", text="Two tons."))
    followed(pages, id=second, arm="tuned", text="And how old?")
    pages.read()
    third = newest_question(pages)

    assert [turn.text for turn in third.history] == [
        "Where was the bell found?", "In a barn.", "How heavy is it?", "Two tons.",
    ]  # fmt: skip
    page = pages.browser().get("/question", params={"id": third.question_id}).text
    assert all(turn.text in page for turn in third.history)


def test_filters_and_the_time_asked_about_go_on(pages: Pages) -> None:
    before = a_question(question_id="q-2", filters={"sources": ("Desk",)}, as_of=NOON)
    pages.publish(topology.QUESTIONS, before)
    pages.publish(topology.ANSWERS, an_answer(question_id="q-2", arm="base", text="Here."))
    followed(pages, id="q-2", sources="Elsewhere", labels="board")
    question = newest_question(pages)

    assert (question.filters, question.as_of, question.labels) == (before.filters, NOON, ())


def test_the_oldest_turns_of_a_long_conversation_are_left_out(pages: Pages) -> None:
    turns = [Turn(role=("asker", "assistant")[at % 2], text=f"{at:02} " + "x" * 700) for at in range(MOST_TURNS)]
    pages.publish(topology.QUESTIONS, a_question(question_id="q-2", kind="conversation", history=tuple(turns)))
    pages.publish(topology.ANSWERS, an_answer(question_id="q-2", arm="base", text="y" * 9_000))
    followed(pages, id="q-2")
    history = newest_question(pages).history

    assert len(history) <= MOST_TURNS
    assert sum(len(turn.text) for turn in history) <= LONGEST_HISTORY
    assert history[-1].text == "y" * 4_000


def test_an_answer_that_is_not_there_is_not_asked_on_from(pages: Pages) -> None:
    pages.publish(topology.ANSWERS, an_answer(question_id="q-1", arm="tuned", status="abstained", text=""))
    for arm in ("tuned", "base+rag", "nobody", ""):
        refused = followed(pages, arm=arm)
        assert refused.status_code == 422
        assert "has no answer here to ask on from" in refused.text
        assert "How heavy is it?" in refused.text, "what was typed is kept"
    assert len(pages.broker.records(topology.QUESTIONS.name)) == 1


def test_an_answer_from_documents_with_labels_goes_into_no_question_of_others(pages: Pages) -> None:
    pages.publish(topology.QUESTIONS, a_question(question_id="q-2"))
    secret = an_answer(
        question_id="q-2", arm="base", text="zephrandel", evidence=("m:1:0",), evidence_labels=(("board",),)
    )
    pages.publish(topology.ANSWERS, secret)

    assert followed(pages, id="q-2").status_code == 422
    assert "zephrandel" not in followed(pages, id="q-2").text


def test_a_question_that_is_not_for_one_is_not_asked_on_from(pages: Pages) -> None:
    pages.publish(topology.QUESTIONS, a_question(question_id="q-2", labels=("board",)))
    browser = pages.browser()
    browser.get("/")
    for name in ("q-2", "nowhere"):
        mark = pages.site.forms.mark(Browser(browser.cookies["tiltyard"], is_new=False), "follow", name)
        assert browser.post("/follow", data={"mark": mark, "id": name, "arm": "base", "text": "?"}).status_code == 404


def test_a_follow_up_needs_the_mark_of_its_own_question(pages: Pages) -> None:
    pages.publish(topology.QUESTIONS, a_question(question_id="q-2"))
    browser = pages.browser()
    other = mark_in(browser.get("/question?id=q-2").text)

    assert browser.post("/follow", data={"mark": other, "id": "q-1", "arm": "base", "text": "?"}).status_code == 403


def test_whoever_may_only_look_meets_no_form_for_a_follow_up(pages: Pages) -> None:
    pages.site.signing = Signed(Person("ann", voter="ann", role="reader"))
    browser = pages.browser()

    assert "Ask a follow-up" not in browser.get("/question?id=q-1").text
    assert browser.post("/follow", data={"id": "q-1"}).status_code == 403


def test_without_scripts_the_page_stands_still_while_somebody_writes(pages: Pages) -> None:
    browser = pages.browser()
    page = browser.get("/question?id=q-1").text
    assert 'http-equiv="refresh"' in page
    assert "/question?id=q-1&amp;still#follow" in page
    assert 'http-equiv="refresh"' not in browser.get("/question?id=q-1&still").text
    assert 'http-equiv="refresh"' not in followed(pages, arm="nobody").text


def test_a_question_leads_to_its_comparison_once_it_is_scored(pages: Pages) -> None:
    browser = pages.browser()
    assert "/compare?id=" not in browser.get("/question?id=q-1").text
    pages.publish(topology.RESULTS, within(a_result(a_scored("base", question_id="q-1"), question_id="q-1"), "base"))
    assert "/compare?id=q-1" in browser.get("/question?id=q-1").text


def field_of(page: str, name: str) -> str:
    """The element of a field, with its content where it has some."""
    found = re.search(rf'<(textarea|input|select) id="{name}"[^>]*>(?:[^<]*</textarea>)?', page)
    assert found, page
    return found[0]


def test_what_is_wrong_with_a_question_stands_beside_its_field_and_the_rest_is_kept(pages: Pages) -> None:
    for fields, wrong, said in (
        ({"text": " ", "tags": "harbour, fair"}, "text", "Write something here."),
        ({"text": "x" * 5_000}, "text", "At most 4,000 characters."),
        ({"text": "Who?", "as_of": "yesterday"}, "as_of", "Write a moment such as"),
        ({"text": "Who?", "sources": "s" * 600}, "sources", "At most 512 characters."),
        ({"text": "Who?", "kind": "poem"}, "kind", "Choose one of the list."),
        ({"text": "Who?", "as_of": HOSTILE}, "as_of", "Write a moment"),
    ):  # fmt: skip
        browser = pages.browser()
        refused = browser.post("/question", data={"mark": mark_in(browser.get("/").text), **fields})
        page = refused.text
        assert refused.status_code == 422
        assert f'aria-describedby="{wrong}-fault' in field_of(page, wrong), wrong
        assert 'aria-invalid="true"' in field_of(page, wrong)
        assert re.search(rf'role="alert" tabindex="-1" autofocus>.*<a href="#{wrong}">', page, re.DOTALL)
        assert re.search(rf'id="{wrong}-fault">{re.escape(said)}', page)
        assert page.count("aria-invalid") == 1
        assert "<title>Not asked: " in page
        assert "<script>alert" not in page
        assert all(value.strip()[:500] in page for value in fields.values() if value not in ("poem", HOSTILE))
        assert mark_in(page), "it can be sent again as it stands"


def test_several_faults_are_told_at_once(pages: Pages) -> None:
    browser = pages.browser()
    page = browser.post(
        "/question", data={"mark": mark_in(browser.get("/").text), "text": "", "as_of": "x", "tags": "t" * 600}
    ).text
    assert page.count('aria-invalid="true"') == 3
    assert page.count("autofocus") == 1


def test_what_no_field_is_to_blame_for_is_said_above_the_form() -> None:
    pages = Pages(settings=WebSettings(asked_per_minute=1))
    browser = pages.browser()
    mark = mark_in(browser.get("/").text)
    for status, said in ((303, ""), (429, "come back later")):
        told = browser.post("/question", data={"mark": mark, "text": "Who is mayor?"})
        assert (told.status_code, said in told.text) == (status, True)
    assert "Who is mayor?</textarea>" in told.text
    sources = ",".join(f"s{at}" for at in range(60))
    other = Pages().browser()
    fields = {"mark": mark_in(other.get("/").text), "text": "Who?", "sources": sources, "tags": "a,b"}
    told = other.post("/question", data=fields)
    assert (told.status_code, "120 combinations" in told.text, "aria-invalid" in told.text) == (422, True, False)


def test_a_refused_follow_up_leaves_the_rest_of_the_page_as_it_was(pages: Pages) -> None:
    browser = pages.browser()
    before = browser.get("/question", params={"id": "q-1"}).text
    refused = followed(pages, browser, text=" ")

    assert refused.status_code == 422
    assert "/question/references" in before
    assert "/question/references" in refused.text
