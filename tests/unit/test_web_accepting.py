"""Accepted answers on a page: reviewers add and mend them, in place of what they saw, with who says so."""

import pytest
from fastapi.testclient import TestClient

from shared import topology
from shared.messages import References, ReferencesSource
from tests.builders import NOON, a_question, references
from tests.results import a_result, a_scored
from tests.reviews import Reviewers, a_reviewer
from tests.web import Pages, mark_in

ADA = a_reviewer("ada")
HOSTILE = "<script>alert('x')</script> \u202egnp" + "x" * 300


@pytest.fixture
def reviewers() -> Reviewers:
    pages = Pages()
    pages.publish(topology.QUESTIONS, a_question(question_id="q-1", references=None, text="Who is mayor?"))
    return Reviewers(pages)


def fields(browser: TestClient, question_id: str = "q-1") -> dict[str, str]:
    return {"mark": mark_in(browser.get(f"/question/references?id={question_id}").text), "question_id": question_id}


def published(reviewers: Reviewers) -> list[References]:
    return [said for said in reviewers.pages.broker.messages(topology.REFERENCES) if isinstance(said, References)]


def test_accepted_answers_are_a_record_with_who_gave_them(reviewers: Reviewers) -> None:
    browser = reviewers.browser(ADA)
    said = {"references": "Ann Marr\r\n Marr \r\n", "outdated": "Bo Tull", "gold_document_ids": "story-1\nstory-2"}
    led = browser.post("/question/references", data={**fields(browser), **said})

    assert (led.status_code, led.headers["location"]) == (303, "/question?id=q-1#accepted")
    assert published(reviewers) == [
        References(
            question_id="q-1", references=("Ann Marr", "Marr"), outdated="Bo Tull",
            gold_document_ids=("story-1", "story-2"), given_by="ada",
        )
    ]  # fmt: skip
    form = browser.get("/question/references?id=q-1").text
    assert all(part in form for part in ("Ann Marr\nMarr</textarea>", 'value="Bo Tull"', "story-1\nstory-2</textarea>"))
    page = browser.get("/question?id=q-1").text
    assert '<span dir="auto">ada</span>' in page
    assert "is not published again with these yet" in page


def test_declining_is_right_where_it_is_said_and_not_where_nothing_is(reviewers: Reviewers) -> None:
    browser = reviewers.browser(ADA)
    for said in ({}, {"references": " \n "}, {"references": "Marr", "right": "nothing"}):
        assert browser.post("/question/references", data={**fields(browser), **said}).status_code == 422
    assert browser.post("/question/references", data={**fields(browser), "right": "nothing"}).status_code == 303
    assert [said.references for said in published(reviewers)] == [()]
    assert "Declining is right: no answer is accepted." in browser.get("/question?id=q-1").text


def test_nobody_writes_over_what_they_did_not_see(reviewers: Reviewers) -> None:
    browser = reviewers.browser(ADA)
    before = fields(browser)
    reviewers.pages.publish(topology.REFERENCES, references(question_id="q-1", references=("Tull",), given_by="desk"))
    refused = browser.post("/question/references", data={**before, "references": "Marr"})

    assert refused.status_code == 403
    assert "have changed since" in refused.text
    assert browser.post("/question/references", data={**fields(browser), "references": "Marr"}).status_code == 303


def test_a_form_of_another_browser_or_question_is_refused(reviewers: Reviewers) -> None:
    reviewers.pages.publish(topology.QUESTIONS, a_question(question_id="q-2", references=None))
    browser, other = reviewers.browser(ADA), reviewers.browser(a_reviewer("ben"))
    for wrong in (fields(other), fields(browser) | {"question_id": "q-2"}, {"question_id": "q-1"}):
        assert browser.post("/question/references", data={**wrong, "references": "x"}).status_code == 403
    assert published(reviewers) == []


def test_once_the_result_is_scored_with_them_nothing_is_waited_for(reviewers: Reviewers) -> None:
    given = references(question_id="q-1", references=("Marr",), given_by="desk")
    reviewers.pages.publish(topology.REFERENCES, given)
    browser = reviewers.browser(ADA)
    assert "published again with these yet" in browser.get("/question?id=q-1").text
    source = ReferencesSource(given_by="desk", appended_at=NOON.replace(year=2100), offset=0)
    result = a_result(a_scored("base", question_id="q-1"), question_id="q-1", references=("Marr",))
    reviewers.pages.publish(topology.RESULTS, result.model_copy(update={"references_from": source}))
    page = browser.get("/question?id=q-1").text

    assert "published again with these yet" not in page
    assert '<span dir="auto">desk</span>' in page


def test_the_list_has_questions_of_which_nobody_said_what_is_accepted(reviewers: Reviewers) -> None:
    publish = reviewers.pages.publish
    publish(topology.QUESTIONS, a_question(question_id="q-2", references=(), text="Nothing is right?"))
    publish(topology.QUESTIONS, a_question(question_id="q-3", references=("x",), text="Is it answered?"))
    publish(topology.QUESTIONS, a_question(question_id="q-4", references=None, text="Was it told?"))
    publish(topology.REFERENCES, references(question_id="q-4"))
    browser = reviewers.browser(ADA)
    page = browser.get("/review/questions").text

    assert "Who is mayor?" in page
    assert not any(text in page for text in ("Nothing is right?", "Is it answered?", "Was it told?"))
    assert "1 question</a> without accepted answers is among" in browser.get("/review").text


def test_of_many_such_questions_a_page_is_shown(reviewers: Reviewers) -> None:
    many = (a_question(question_id=f"more-{n}", references=None, text=f"What of {n}?") for n in range(45))
    reviewers.pages.publish(topology.QUESTIONS, *many)
    browser = reviewers.browser(ADA)
    counts = [browser.get(f"/review/questions?page={n}").text.count("/question/references?id=") for n in (1, 2, 3, 99)]

    assert counts == [20, 20, 6, 6]


def test_a_question_with_labels_is_for_whoever_carries_them() -> None:
    pages = Pages()
    pages.publish(topology.QUESTIONS, a_question(question_id="q-1", references=None, labels=("desk",), text="Secret?"))
    reviewers = Reviewers(pages)
    outside, inside = reviewers.browser(ADA), reviewers.browser(a_reviewer("ben", labels=("desk",)))

    assert "Secret?" not in outside.get("/review/questions").text
    data = {"question_id": "q-1", "references": "x"}
    assert outside.post("/question/references", data=data).status_code == 404
    assert outside.get("/question/references?id=q-1").status_code == 404
    assert "Secret?" in inside.get("/review/questions").text


def test_who_may_not_review_sees_no_form(reviewers: Reviewers) -> None:
    page = reviewers.browser(a_reviewer("eve", "voter")).get("/question?id=q-1").text

    assert "Who is mayor?" in page
    assert "/question/references" not in page


def test_after_a_start_it_is_known_again_who_said_what(reviewers: Reviewers) -> None:
    browser = reviewers.browser(ADA)
    browser.post("/question/references", data={**fields(browser), "references": "Marr"})
    again = Reviewers(Pages(broker=reviewers.pages.broker))
    again.pages.read()

    assert "Marr" in again.browser(ADA).get("/question?id=q-1").text


def test_strangers_words_are_only_shown(reviewers: Reviewers) -> None:
    given = references(
        question_id="q-1", references=(HOSTILE,), outdated=HOSTILE, gold_document_ids=(HOSTILE,), given_by=HOSTILE[:60]
    )
    reviewers.pages.publish(topology.REFERENCES, given)
    for path in ("/question?id=q-1", "/question/references?id=q-1"):
        page = reviewers.browser(ADA).get(path).text
        assert "<script>alert" not in page
        assert "alert(" in page
