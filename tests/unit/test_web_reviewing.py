"""Reviewing on a page: what is a record, what nobody sees before an own verdict, and what is known after a start."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from fastapi.testclient import TestClient

from shared import topology
from shared.messages import ReviewItem
from shared.messages.reviews import Said
from tests.reviews import SHEET, Reviewers, a_made_one, a_reviewer, an_item, said
from tests.web import Pages

ADA, BEN = a_reviewer("ada"), a_reviewer("ben")
HOSTILE = "<script>alert('x')</script> <img src=x onerror=y> \u202egnp" + "x" * 300
ITEMS = [an_item(place) for place in (1, 2, 3)]


@pytest.fixture
def reviewers() -> Reviewers:
    pages = Pages()
    pages.publish(topology.REVIEW_ITEMS, *ITEMS)
    return Reviewers(pages)


def at(item: ReviewItem) -> str:
    return f"/review/item?sheet={item.sheet_id}&item={item.item_id}"


def mark_of(browser: TestClient, item: ReviewItem, action: str = "/review") -> str:
    """The mark of a form of the item's page."""
    page = browser.get(at(item)).text
    [form] = [form for form in page.split("<form")[1:] if f'action="{action}"' in form and item.item_id in form][:1]
    found = re.search(r'name="mark" value="(\w+)"', form)
    assert found
    return found[1]


def say(browser: TestClient, item: ReviewItem, verdict: str, **fields: str) -> str:
    """Where one is led."""
    told = browser.post(
        "/review",
        data={"mark": mark_of(browser, item), "sheet": item.sheet_id, "item": item.item_id, "said": verdict, **fields},
    )
    assert told.status_code == 303, unescape(told.text)
    return str(told.headers["location"])


def undo(browser: TestClient, item: ReviewItem) -> str:
    mark = mark_of(browser, item, "/review/undo")
    told = browser.post("/review/undo", data={"mark": mark, "sheet": item.sheet_id, "item": item.item_id})
    assert told.status_code == 303, unescape(told.text)
    return str(told.headers["location"])


def test_without_a_sheet_the_page_says_which_commands_make_one() -> None:
    page = Reviewers(Pages()).browser(ADA).get("/review").text

    assert "tiltyard audit-answers draw" in page
    assert "tiltyard wire review FOLDER --to-page" in page


def test_a_verdict_is_a_record_with_who_said_it_and_leads_to_the_next_item(reviewers: Reviewers) -> None:
    browser = reviewers.browser(ADA)
    where = say(browser, ITEMS[0], "wrong")

    [reviewed] = reviewers.reviews()
    assert (reviewed.item_id, reviewed.reviewer, reviewed.said) == (ITEMS[0].item_id, "ada", "wrong")
    assert timedelta(0) <= datetime.now(UTC) - reviewed.said_at < timedelta(minutes=1)
    assert browser.get(where).headers["location"] == at(ITEMS[1])


def test_the_whole_sheet_is_worked_through_and_then_everybodys_word_stands_there(reviewers: Reviewers) -> None:
    ada, ben = reviewers.browser(ADA), reviewers.browser(BEN)
    for item, verdict in zip(ITEMS, ("right", "wrong", "unsure"), strict=True):
        where = say(ada, item, verdict)
    assert ada.get(where).headers["location"] == f"/review/sheet?id={SHEET}"
    assert "What everybody said" not in ben.get(f"/review/sheet?id={SHEET}").text
    for item in ITEMS:
        say(ben, item, "right")
    page = unescape(ben.get(f"/review/sheet?id={SHEET}").text)

    assert 'ada</span>: right; <span dir="auto">ben</span>: right' in page
    assert page.count("Disputed: a further one decides") == 2


def test_a_second_reviewer_sees_no_verdict_before_an_own_one(reviewers: Reviewers) -> None:
    ada, ben = reviewers.browser(ADA), reviewers.browser(BEN)
    blank = {item.item_id: [ben.get(at(item)).text, api(ben, item)] for item in ITEMS}
    say(ada, ITEMS[0], "wrong")
    before, told = ben.get(at(ITEMS[0])), ben.get(at(ITEMS[0])).headers

    assert before.text == blank[ITEMS[0].item_id][0], "byte for byte what it was before anybody had said anything"
    assert api(ben, ITEMS[0]) == blank[ITEMS[0].item_id][1]
    assert "wrong" not in str(told).casefold()
    say(ben, ITEMS[1], "right")
    assert "What others said" not in ben.get(at(ITEMS[0])).text, "a verdict on one item opens no other"
    say(ben, ITEMS[0], "right")
    assert "ada</span>: <strong>Wrong</strong>" in ben.get(at(ITEMS[0])).text
    assert '"others":{"ada"' in api(ben, ITEMS[0])
    undo(ben, ITEMS[0])
    assert "What others said" not in ben.get(at(ITEMS[0])).text


def api(browser: TestClient, item: ReviewItem) -> str:
    return browser.get(f"/api/review/item?sheet={item.sheet_id}&id={item.item_id}").text


def test_undoing_is_a_record_too_and_the_item_is_unread_again(reviewers: Reviewers) -> None:
    browser = reviewers.browser(ADA)
    say(browser, ITEMS[0], "wrong")
    where = undo(browser, ITEMS[0])

    assert where == at(ITEMS[0])
    assert [(of.reviewer, of.said) for of in reviewers.reviews()] == [("ada", "wrong"), ("ada", "undo")]
    assert "3 items left for you" in browser.get("/review").text
    say(browser, ITEMS[0], "wrong")
    assert [of.said for of in reviewers.reviews()] == ["wrong", "undo", "wrong"], "each has a key of its own"
    assert "2 items left for you" in browser.get("/review").text


def test_what_one_said_last_is_undone_from_the_next_item(reviewers: Reviewers) -> None:
    browser = reviewers.browser(ADA)
    say(browser, ITEMS[0], "wrong")
    page = browser.get(at(ITEMS[1])).text

    assert "Undo what you said last: wrong" in page
    form = page.split('action="/review/undo"')[1]
    mark = re.search(r'name="mark" value="(\w+)"', form)
    assert mark
    data = {"mark": mark[1], "sheet": SHEET, "item": ITEMS[0].item_id}
    assert browser.post("/review/undo", data=data).headers["location"] == at(ITEMS[0])
    assert reviewers.reviews()[-1].said == "undo"


def test_nobody_undoes_what_others_said(reviewers: Reviewers) -> None:
    ada, ben = reviewers.browser(ADA), reviewers.browser(BEN)
    say(ada, ITEMS[0], "wrong")
    say(ben, ITEMS[0], "wrong")
    undo(ben, ITEMS[0])

    assert [(of.reviewer, of.said) for of in reviewers.reviews()] == [
        ("ada", "wrong"), ("ben", "wrong"), ("ben", "undo"),
    ]  # fmt: skip
    assert "You said: <strong>Wrong</strong>" in ada.get(at(ITEMS[0])).text


def test_the_same_form_sent_twice_is_one_record(reviewers: Reviewers) -> None:
    browser = reviewers.browser(ADA)
    data = {"mark": mark_of(browser, ITEMS[0]), "sheet": SHEET, "item": ITEMS[0].item_id, "said": "right"}
    assert [browser.post("/review", data=data).status_code for _ in range(2)] == [303, 303]

    assert len(reviewers.reviews()) == 1


def test_after_a_start_the_page_knows_again_what_the_topics_say(reviewers: Reviewers) -> None:
    ada, ben = reviewers.browser(ADA), reviewers.browser(BEN)
    say(ada, ITEMS[0], "wrong")
    say(ada, ITEMS[1], "right")
    undo(ada, ITEMS[1])
    say(ben, ITEMS[0], "right")
    before = [unescape(ada.get(path).text) for path in ("/review", f"/review/sheet?id={SHEET}")]
    again = Reviewers(Pages(broker=reviewers.pages.broker))
    again.pages.read()
    browser = again.browser(ADA)
    after = [unescape(browser.get(path).text) for path in ("/review", f"/review/sheet?id={SHEET}")]

    assert [without_ages(page) for page in after] == [without_ages(page) for page in before]
    assert "ben</span>: <strong>Right</strong>" in browser.get(at(ITEMS[0])).text
    assert "On 1 item reviewers differ" in after[0]


def without_ages(page: str) -> str:
    return re.sub(r"<time.*?</time>", "", page)


def test_what_was_said_last_counts_whatever_order_records_are_read_in() -> None:
    three = [said(ITEMS[0], "ada", "wrong", 3), said(ITEMS[0], "ada", "right", 1), said(ITEMS[0], "ada", "undo", 2)]
    for order in (three, three[::-1]):
        pages = Pages()
        for each in order:
            pages.publish(topology.REVIEWS, each)
        assert pages.site.sheets.said(ITEMS[0])["ada"].reviewed.said == "wrong"


def test_a_record_from_the_future_does_not_outrank_what_is_said_after_it(reviewers: Reviewers) -> None:
    reviewers.pages.publish(topology.REVIEWS, said(ITEMS[0], "ada", "right", said_at=datetime.max.replace(tzinfo=UTC)))
    browser = reviewers.browser(ADA)
    say(browser, ITEMS[0], "wrong")

    assert "You said: <strong>Wrong</strong>" in browser.get(at(ITEMS[0])).text


def test_only_reviewers_review() -> None:
    pages = Pages()
    pages.publish(topology.REVIEW_ITEMS, *ITEMS)
    reviewers = Reviewers(pages)
    for role in ("reader", "voter"):
        browser = reviewers.browser(a_reviewer("eve", role))
        paths = ("/review", f"/review/sheet?id={SHEET}", at(ITEMS[0]), "/review/questions", "/api/review")
        assert [browser.get(path).status_code for path in paths] == [403] * 5
        assert browser.post("/review", data={}).status_code == 403
        assert browser.post("/review/undo", data={}).status_code == 403
        assert browser.post("/question/references", data={}).status_code == 403
        assert "Review" not in browser.get("/").text
    assert not reviewers.reviews()


def test_a_form_of_another_browser_or_another_item_is_refused(reviewers: Reviewers) -> None:
    browser, other = reviewers.browser(ADA), reviewers.browser(BEN)
    mark = mark_of(other, ITEMS[0])
    for item, sent in ((ITEMS[0], mark), (ITEMS[1], mark_of(browser, ITEMS[0])), (ITEMS[0], "")):
        data = {"mark": sent, "sheet": SHEET, "item": item.item_id, "said": "right"}
        assert browser.post("/review", data=data).status_code == 403
        assert browser.post("/review/undo", data=data).status_code == 403
    assert not reviewers.reviews()


def test_only_what_can_be_said_of_an_item_is_said(reviewers: Reviewers) -> None:
    browser = reviewers.browser(ADA)
    for verdict in ("", "accept", "undo", "mend", "yes"):
        data = {"mark": mark_of(browser, ITEMS[0]), "sheet": SHEET, "item": ITEMS[0].item_id, "said": verdict}
        assert browser.post("/review", data=data).status_code == 422
    assert not reviewers.reviews()


def test_a_question_is_mended_in_text_and_accepted_answers() -> None:
    pages, made = Pages(), a_made_one(number=1)
    pages.publish(topology.REVIEW_ITEMS, made)
    reviewers = Reviewers(pages)
    browser = reviewers.browser(ADA)
    say(browser, made, "mend", text="Which dock?", references="pier 1")
    say(browser, made, "mend", text=made.question, references="pier 1\r\n pier one \r\n\r\n")
    say(browser, made, "mend", text=made.question, references="")
    mends = [(of.text, of.references) for of in reviewers.reviews()]

    assert mends == [("Which dock?", None), (None, ("pier 1", "pier one")), (None, ())]
    page = browser.get(at(made)).text
    assert "Accepted as mended" in page
    for fields in ({"text": made.question, "references": "pier 1"}, {"text": " ", "references": "pier 2"}):
        data = {"mark": mark_of(browser, made), "sheet": made.sheet_id, "item": made.item_id, "said": "mend", **fields}
        assert browser.post("/review", data=data).status_code == 422


def test_where_two_differ_a_third_is_led_to_that_item_alone(reviewers: Reviewers) -> None:
    ada, ben, cleo = (reviewers.browser(a_reviewer(name)) for name in ("ada", "ben", "cleo"))
    for browser, verdicts in ((ada, ("right", "right", "right")), (ben, ("right", "right", "wrong"))):
        for item, verdict in zip(ITEMS, verdicts, strict=True):
            say(browser, item, verdict)
    assert "Decide it" in cleo.get("/review").text
    led = cleo.get(f"/review/item?sheet={SHEET}&disputed=1").headers["location"]

    assert led == f"{at(ITEMS[2])}&disputed=1"
    where = say(cleo, ITEMS[2], "wrong", disputed="1")
    assert cleo.get(where).headers["location"] == f"/review/sheet?id={SHEET}", "none is left to decide"
    assert "reviewers differ" not in ada.get("/review").text


def test_agreement_is_that_of_a_case_counted_by_hand() -> None:
    """Four items, two labels: three agree. Coincidences: right-right 4, wrong-wrong 2, one of each twice.

    Alpha is 1 - (n - 1) x differing / (of right x of wrong) = 1 - 7 x 2 / (2 x 5 x 3) = 8/15.
    """
    items = [an_item(place, number=4) for place in range(1, 5)]
    pages = Pages()
    pages.publish(topology.REVIEW_ITEMS, *items)
    both: list[tuple[Said, Said]] = [("right", "right"), ("right", "right"), ("wrong", "wrong"), ("right", "wrong")]
    for item, (first, second) in zip(items, both, strict=True):
        pages.publish(topology.REVIEWS, said(item, "ada", first), said(item, "ben", second))
    browser = Reviewers(pages).browser(ADA)
    [sheet] = browser.get("/api/review").json()["items"]

    assert sheet["agreement"]["observed"] == 0.75
    assert sheet["agreement"]["alpha"] == pytest.approx(8 / 15)
    assert sheet["agreement"]["alpha_ci95"][0] < 8 / 15 < sheet["agreement"]["alpha_ci95"][1]
    assert "Two reviewers agree on 75 %" in browser.get("/review").text
    assert "alpha is 0.53" in browser.get("/review").text


def test_items_of_documents_with_labels_are_for_those_who_may_see_all_of_them() -> None:
    hidden = a_made_one(2, number=2, document_labels=(("desk",), ("board", "desk")), question="Who sold the pier?")
    pages = Pages()
    pages.publish(topology.REVIEW_ITEMS, a_made_one(1, number=2), hidden)
    pages.publish(topology.REVIEWS, said(hidden, "cleo", "drop"))
    reviewers = Reviewers(pages)
    outside = reviewers.browser(a_reviewer("eve", labels=("board",)))
    everything = "".join(outside.get(path).text for path in ("/review", "/review/sheet?id=wire-1", "/api/review"))

    assert "Who sold the pier?" not in everything
    assert hidden.item_id not in everything
    assert "1 more item is made from documents that you may not see" in everything
    assert outside.get(at(hidden)).status_code == 404
    assert outside.get(f"/api/review/item?sheet=wire-1&id={hidden.item_id}").status_code == 404
    assert "Who sold the pier?" in reviewers.browser(a_reviewer("ada", labels=("desk",))).get(at(hidden)).text


def test_strangers_words_are_only_shown() -> None:
    for item in (an_item(answer=HOSTILE, question=HOSTILE, accepted=(HOSTILE,), choices=(HOSTILE,), sheet_id=HOSTILE),
                 a_made_one(question=HOSTILE, shown=(HOSTILE,), sheet_id=HOSTILE)):  # fmt: skip
        pages = Pages()
        name = HOSTILE[:60]
        verdict = "right" if item.kind == "answer" else "mend"
        told = {} if item.kind == "answer" else {"text": HOSTILE, "references": (HOSTILE,)}
        pages.publish(topology.REVIEW_ITEMS, item)
        pages.publish(topology.REVIEWS, said(item, name, verdict, **told), said(item, "ada", verdict, **told))  # type: ignore[arg-type]
        browser = Reviewers(pages).browser(ADA)
        paths = ("/review", "/review/sheet", "/review/item")
        query = {"id": HOSTILE, "sheet": HOSTILE, "item": item.item_id}
        shown = [browser.get(path, params=query) for path in paths]
        assert [page.status_code for page in shown] == [200] * 3
        assert not any("<script>alert" in page.text or "<img src=x" in page.text for page in shown)
        assert all("alert(" in page.text for page in shown)


def test_an_item_under_a_name_that_is_not_its_own_is_passed_over() -> None:
    pages = Pages()
    pages.publish(topology.REVIEW_ITEMS, ITEMS[0], an_item(2, item_id=ITEMS[0].item_id, sheet_id="other"))
    page = Reviewers(pages).browser(ADA).get("/review").text

    assert SHEET in page
    assert "other" not in re.findall(r"sheet\?id=([\w-]+)", page)


def test_an_item_that_was_taken_back_leaves_its_sheet(reviewers: Reviewers) -> None:
    reviewers.pages.broker.append(topology.REVIEW_ITEMS.name, ITEMS[0].key.encode(), None)
    reviewers.pages.read()

    assert "2 items left for you" in reviewers.browser(ADA).get("/review").text


def test_more_sheets_and_items_than_fit_are_shown_a_page_at_a_time() -> None:
    pages = Pages()
    items = [an_item(place, number=60) for place in range(1, 61)]
    pages.publish(topology.REVIEW_ITEMS, *items, *(an_item(sheet_id=f"s-{n}", number=1) for n in range(30)))
    pages.publish(topology.REVIEWS, *(said(item, "ada", "right") for item in items))
    browser = Reviewers(pages).browser(ADA)

    assert browser.get("/review").text.count("<article") == 20
    assert browser.get("/review?page=2").text.count("<article") == 11
    assert browser.get(f"/review/sheet?id={SHEET}").text.count('<li><a href="/review/item') == 20
    assert browser.get(f"/review/sheet?id={SHEET}&page=3").text.count('<li><a href="/review/item') == 20
    told = browser.get(f"/api/review/items?sheet={SHEET}&page=3").json()
    assert [of["item"]["item_id"] for of in told["items"]] == [item.item_id for item in items[40:]]


def test_while_the_broker_is_away_nothing_is_said_and_the_page_says_so(reviewers: Reviewers) -> None:
    browser = reviewers.browser(ADA)
    mark = mark_of(browser, ITEMS[0])
    browser.app.state.site.set_away(away=True)  # type: ignore[attr-defined]
    data = {"mark": mark, "sheet": SHEET, "item": ITEMS[0].item_id, "said": "right"}

    assert browser.post("/review", data=data).status_code == 503
    assert "The broker has not answered since" in browser.get(at(ITEMS[0])).text
