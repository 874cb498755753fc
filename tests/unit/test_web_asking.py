"""Asking on a page: what is published, what is shown as answers come, and to whom nothing is shown."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest

from services.web.pages.asking.page import new_id
from services.web.settings import WebSettings
from shared import topology
from shared.messages import Question
from shared.messages.contests import MOST_ARMS
from tests.builders import a_question, an_answer
from tests.contests import within
from tests.results import ARMS, a_result, a_scored
from tests.web import SOMEBODY, Pages, mark_in

HOSTILE = "<script>alert('x')</script> <img src=x onerror=y> \u202egnp"


@pytest.fixture
def pages() -> Pages:
    return Pages()


def asked_with(pages: Pages, **fields: str) -> tuple[str, Question]:
    """Ask as a form does; where one is led, and what was published."""
    browser = pages.browser()
    led = browser.post("/question", data={"mark": mark_in(browser.get("/").text), **fields})
    assert led.status_code == 303, led.text
    pages.read()
    [question] = pages.broker.messages(topology.QUESTIONS)
    assert isinstance(question, Question)
    return led.headers["location"], question


def test_a_form_becomes_a_question_on_the_topic(pages: Pages) -> None:
    where, question = asked_with(
        pages, text="Who is mayor?", kind="summarisation", sources="Harrow Vale Wire, Desk", as_of="2026-05-31T12:00Z"
    )

    assert where == f"/question?id={question.question_id}"
    assert (question.text, question.kind, question.slice) == ("Who is mayor?", "summarisation", "asked")
    assert question.filters.sources == ("Harrow Vale Wire", "Desk")
    assert question.as_of is not None
    assert question.labels == (), "what somebody may be shown is never said by a form"


def test_labels_and_references_of_a_form_are_not_taken(pages: Pages) -> None:
    _, question = asked_with(pages, text="Who is mayor?", labels="board", references="Marr", slice="all")

    assert (question.labels, question.references, question.slice) == ((), None, "asked")


def test_every_arm_appears_as_it_answers(pages: Pages) -> None:
    where, question = asked_with(pages, text="Who is mayor?")
    browser = pages.browser()
    assert browser.get(where).text.count("no answer yet") == 4

    pages.publish(topology.ANSWERS, an_answer(question_id=question.question_id, arm="base", text="Edith Marr"))
    page = browser.get(where).text
    assert page.count("no answer yet") == 3
    assert "Edith Marr" in page
    assert "1 of 4 arms has come: 1 answered, by now." in page

    said = [a_scored(arm, question_id=question.question_id, text=f"Marr by {arm}") for arm in ARMS[:3]]
    result = a_result(*said, missing=["tuned+rag"], question_id=question.question_id, references=("Marr",))
    pages.publish(topology.RESULTS, within(result, *ARMS))
    page = browser.get(where).text
    assert "no answer before the deadline" in page
    assert "hx-sse:connect" not in page, "nothing more will come"


def test_an_answer_that_is_read_before_its_question_is_kept_for_it(pages: Pages) -> None:
    pages.publish(topology.ANSWERS, an_answer(question_id="q-1", arm="base", text="Edith Marr"))
    pages.publish(topology.QUESTIONS, a_question(question_id="q-1"))

    assert "Edith Marr" in pages.browser().get("/question?id=q-1").text


def test_what_strangers_write_is_text(pages: Pages) -> None:
    pages.publish(topology.QUESTIONS, a_question(question_id="q-1", text=HOSTILE))
    pages.publish(
        topology.ANSWERS,
        an_answer(
            question_id="q-1", arm="base+rag", text=HOSTILE, model=HOSTILE, evidence=(HOSTILE,),
            evidence_titles=(HOSTILE,), evidence_texts=(HOSTILE,), citations=(HOSTILE,),
        ),
        an_answer(question_id="q-1", arm=HOSTILE[:64], status="failed", failure=HOSTILE),
    )  # fmt: skip
    for address in ("/", "/question?id=q-1"):
        page = pages.browser().get(address).text
        assert "<script>alert" not in page
        assert "<img" not in page


def test_an_answer_from_documents_with_labels_is_not_shown(pages: Pages) -> None:
    pages.publish(topology.QUESTIONS, a_question(question_id="q-1"))
    secret = an_answer(
        question_id="q-1", arm="base+rag", text="zephrandel", evidence=("minutes-1:0",),
        evidence_titles=("quorvalike",), evidence_texts=("xuthmirage",), evidence_labels=(("board",),),
    )  # fmt: skip
    pages.publish(topology.ANSWERS, secret)
    for address in ("/question?id=q-1", "/api/question?id=q-1"):
        page = pages.browser().get(address).text
        assert not any(word in page for word in ("zephrandel", "quorvalike", "xuthmirage"))
    assert "not for you" in pages.browser().get("/question?id=q-1").text


def test_passages_are_numbered_as_answers_cite_them(pages: Pages) -> None:
    pages.publish(topology.QUESTIONS, a_question(question_id="q-1"))
    pages.publish(
        topology.ANSWERS,
        an_answer(
            question_id="q-1", arm="base+rag", evidence=("a:0", "b:1"), evidence_titles=("Ferry", "Mill"),
            evidence_texts=("It sails.", "It turns."), citations=("b:1",),
        ),
    )  # fmt: skip
    [_, card, *_] = pages.browser().get("/api/question?id=q-1").json()["cards"]

    assert [(of["place"], of["title"], of["text"], of["is_cited"]) for of in card["passages"]] == [
        (1, "Ferry", "It sails.", False), (2, "Mill", "It turns.", True),
    ]  # fmt: skip


def test_what_is_no_question_says_why(pages: Pages) -> None:
    browser = pages.browser()
    mark = mark_in(browser.get("/").text)
    for fields, why in (
        ({"text": " "}, "text"), ({"text": "Who?", "as_of": "yesterday"}, "as_of"), ({"text": "x" * 5_000}, "text"),
    ):  # fmt: skip
        refused = browser.post("/question", data={"mark": mark, **fields})
        assert refused.status_code == 422
        assert why in refused.text
    assert not pages.broker.records(topology.QUESTIONS.name)


def test_a_broker_that_is_away_is_said_and_nothing_is_taken_as_asked(pages: Pages) -> None:
    browser = pages.browser()
    mark = mark_in(browser.get("/").text)
    pages.publishing.away = True
    refused = browser.post("/question", data={"mark": mark, "text": "Who?"})
    assert refused.status_code == 503
    assert "did not confirm it" in refused.text

    pages.site.set_away(away=True)
    assert "The broker has not answered since" in browser.get("/").text
    refused = browser.post("/question", data={"mark": mark, "text": "Who?"})
    assert "nothing was sent" in refused.text
    pages.site.set_away(away=False)
    assert "The broker has not answered" not in browser.get("/").text


def test_only_so_many_are_asked_of_one_browser_within_a_minute() -> None:
    pages = Pages(settings=WebSettings(asked_per_minute=2))
    browser = pages.browser()
    mark = mark_in(browser.get("/").text)
    codes = [browser.post("/question", data={"mark": mark, "text": "Who?"}).status_code for _ in range(3)]
    assert codes == [303, 303, 429]
    assert browser.post("/api/question", json={"text": "Who?"}).status_code == 429


def test_the_oldest_questions_leave_memory() -> None:
    pages = Pages(settings=WebSettings(questions=10))
    for number in range(25):
        pages.publish(topology.QUESTIONS, a_question(question_id=f"q-{number}"))
        pages.publish(topology.ANSWERS, an_answer(question_id=f"lost-{number}"))
    assert pages.site.questions.get("q-14", SOMEBODY) is None
    assert pages.site.questions.get("q-15", SOMEBODY) is not None
    assert len(pages.site.questions.newest(1_000, SOMEBODY)) == 10
    assert pages.browser().get("/question?id=q-14").status_code == 404


def test_a_later_version_of_a_result_stands(pages: Pages) -> None:
    first = within(a_result(a_scored("base", correct=0.0, question_id="q-1"), question_id="q-1"), *ARMS)
    later = first.model_copy(update={"result_version": 2, "scored_at": first.scored_at + timedelta(seconds=1)})
    for result in (later, first):
        pages.publish(topology.RESULTS, result)
    asked = pages.site.questions.get("q-1", SOMEBODY)
    assert asked is not None
    assert asked.result is not None
    assert asked.result.result_version == 2


def test_a_question_with_labels_is_for_nobody_here(pages: Pages) -> None:
    pages.publish(topology.QUESTIONS, a_question(question_id="q-1", labels=("board",), text="Zephrandel?"))
    pages.publish(topology.QUESTIONS, a_question(question_id="q-2", labels=("suite:s",), text="Quorvalike?"))

    assert pages.browser().get("/question?id=q-1").status_code == 404
    assert pages.browser().get("/api/question?id=q-1").status_code == 404
    page = pages.browser().get("/").text
    assert "Zephrandel" not in page
    assert "Quorvalike" in page, "a suite's labels guard no secret"


def test_whatever_its_id_a_question_is_found_by_its_link(pages: Pages) -> None:
    names = ("a/b", "a?b=c", "a#b", "a%41", "..", "x y", "n\u00fc", "a&id=b", "a+b")
    pages.publish(
        topology.QUESTIONS, *(a_question(question_id=name, text=f"Who is {at}?") for at, name in enumerate(names))
    )
    browser = pages.browser()
    links = re.findall(r'href="(/question\?id=[^"]+)"', browser.get("/").text)

    assert len(links) == len(names)
    said = {browser.get(unescape(link)).text.split("<title>")[1].split(" \u00b7")[0] for link in links}
    assert said == {f"Question: Who is {at}?" for at in range(len(names))}


def test_old_results_that_are_published_again_put_no_newer_question_out(pages: Pages) -> None:
    pages = Pages(settings=WebSettings(questions=10))
    for number in range(10):
        pages.publish(topology.QUESTIONS, a_question(question_id=f"new-{number}"))
    for number in range(10):
        pages.publish(
            topology.RESULTS,
            within(a_result(a_scored(question_id=f"old-{number}"), question_id=f"old-{number}"), *ARMS),
        )

    assert {of.question.question_id for of in pages.site.questions.newest(99, SOMEBODY)} == {
        f"new-{n}" for n in range(10)
    }


def test_memory_has_a_bound_in_bytes() -> None:
    pages = Pages(settings=WebSettings(memory_mib=16))
    for number in range(60):
        large = a_question(question_id=f"q-{number}", references=("x" * 4_000,) * 60)
        pages.publish(topology.QUESTIONS, large)

    assert 10 < len(pages.site.questions.newest(99, SOMEBODY)) < 25
    assert pages.site.questions.get("q-59", SOMEBODY) is not None


def test_no_question_has_more_answers_than_a_contest_has_arms(pages: Pages) -> None:
    pages.publish(topology.QUESTIONS, a_question(question_id="q-1"))
    for name in ("q-1", "early"):
        pages.publish(topology.ANSWERS, *(an_answer(question_id=name, arm=f"arm-{at}") for at in range(50)))
    pages.publish(topology.QUESTIONS, a_question(question_id="early"))

    for name in ("q-1", "early"):
        asked = pages.site.questions.get(name, SOMEBODY)
        assert asked is not None
        assert len(asked.said) == MOST_ARMS


def test_an_answer_that_came_too_late_is_missing(pages: Pages) -> None:
    pages.publish(topology.QUESTIONS, a_question(question_id="q-1"))
    result = a_result(a_scored("base", question_id="q-1"), missing=["tuned"], question_id="q-1")
    pages.publish(topology.RESULTS, within(result, "base", "tuned"))
    pages.publish(topology.ANSWERS, an_answer(question_id="q-1", arm="tuned", text="Too late"))
    page = pages.browser().get("/question?id=q-1").text

    assert "Too late" not in page
    assert "1 of 2 arms has come: 1 answered; no more will come." in page


def test_a_question_that_nobody_asked_here_is_not_on_its_way(pages: Pages) -> None:
    now = datetime.now(UTC)
    for name, status in (
        (new_id(), 200), (new_id(now - timedelta(minutes=5)), 404), (new_id(now + timedelta(hours=1)), 404),
        ("web-x", 404), ("web-99999999999999999999-x", 404), ("nobody's", 404),
    ):  # fmt: skip
        assert pages.browser().get("/question", params={"id": name}).status_code == status


def test_while_the_topics_are_read_pages_say_so(pages: Pages) -> None:
    pages.site.is_reading = True
    assert "still being read" in pages.browser().get("/").text
    pages.site.finish_reading()
    assert "still being read" not in pages.browser().get("/").text
