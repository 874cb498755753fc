"""No form loses what was typed into it, and none of another site does anything, or is shown as one of ours."""

import re
from collections.abc import Mapping

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from services.web.pages.review import page as review_page
from services.web.safety import MOST_BYTES, MOST_OF_FORM
from services.web.settings import WebSettings
from services.web.signing.people import Person
from shared import topology
from tests.builders import references
from tests.forms import FOREIGN, FORMS, OPERATOR, OURS, TOML, Form, fields_of, filled, limits_of, restarted
from tests.web import ADDRESS, Pages, signed_in_as

ATTACKS: tuple[dict[str, str], ...] = (
    FOREIGN, {"sec-fetch-site": "same-site"}, {"sec-fetch-site": "none"}, {"origin": "https://evil.example"},
    {"origin": "null"}, {"origin": "http://127.0.0.1:8000"}, {"origin": f"{ADDRESS}.evil.example"}, {},
    {**FOREIGN, "origin": ADDRESS},
)  # fmt: skip
"""What browsers say of a form that another site sends, or say nothing."""


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody reads the topics here, so that waiting for what was said would be in vain."""
    monkeypatch.setattr(review_page, "SEEN_S", 0.0)


def written(pages: Pages) -> dict[str, int]:
    """How many records each topic has."""
    pages.site.sending.wait()
    return {topic.name: len(pages.broker.records(topic.name)) for topic in topology.TOPICS}


def typed_into(browser: TestClient, form: Form) -> dict[str, str]:
    """The form as it stands, with what somebody types."""
    page = browser.get(form.stands)
    assert page.status_code == 200, page.text
    fields = fields_of(page.text, form.action)
    assert fields["mark"], form.action
    return fields | dict(form.typed)


def sent(browser: TestClient, form: Form, fields: Mapping[str, str], **headers: str) -> Response:
    return browser.post(form.action, data=dict(fields), headers=headers or OURS)


def assert_comes_back(answer: Response, form: Form, status: int) -> dict[str, str]:
    """With what was typed, and a sentence on it that is heard; the fields as they came back."""
    assert answer.status_code == status, (form.action, answer.status_code)
    fields = fields_of(answer.text, form.action)
    back = {name: fields.get(name) for name in form.typed if name != "said"}
    assert back == {name: value for name, value in form.typed.items() if name != "said"}, form.action
    assert 'role="alert"' in answer.text
    return fields | {name: value for name, value in form.typed.items() if name == "said"}


def test_after_a_restart_a_form_comes_back_and_is_taken_the_second_time() -> None:
    for form in FORMS:
        before = filled()
        opened = before.browser()
        fields = typed_into(opened, form)
        pages, browser = restarted(before, opened)
        was = written(pages)
        back = assert_comes_back(sent(browser, form, fields), form, 409)

        assert written(pages) == was, "nothing is done by a form whose mark is none"
        assert back["mark"] != fields["mark"]
        assert sent(browser, form, back).status_code == 303, form.action
        assert written(pages)[form.topic.name] > was[form.topic.name]


def test_a_form_of_another_site_does_nothing_and_is_not_shown() -> None:
    for form in FORMS:
        pages = filled()
        victim, was = pages.browser(), written(pages)
        fields = typed_into(victim, form)
        own = typed_into(pages.browser(), form)["mark"]
        for said, mark in (*((said, own) for said in ATTACKS), (FOREIGN, "")):
            refused = victim.post(form.action, data=fields | {"mark": mark}, headers=said)
            assert refused.status_code == 403, (form.action, said)
            assert not fields_of(refused.text, form.action), "another site's words, and a mark for them, are not shown"
        assert written(pages) == was


def test_a_mark_is_of_one_browser_though_a_page_of_ours_sends_it() -> None:
    for form in FORMS:
        pages = filled()
        was = written(pages)
        fields = typed_into(pages.browser(), form)
        browser = pages.browser()
        back = assert_comes_back(sent(browser, form, fields), form, 409)
        assert written(pages) == was
        assert sent(browser, form, back).status_code == 303, form.action


def test_browsers_that_say_an_origin_alone_are_believed_where_it_is_this_one() -> None:
    form = FORMS[0]
    browser = filled().browser()
    fields = typed_into(browser, form) | {"mark": "0" * 64}
    assert_comes_back(sent(browser, form, fields, origin=ADDRESS), form, 409)


def test_while_the_broker_is_away_a_form_comes_back() -> None:
    for form in FORMS:
        pages = filled()
        browser = pages.browser()
        fields = typed_into(browser, form)
        pages.publishing.away = True
        back = assert_comes_back(sent(browser, form, fields), form, 503)
        pages.publishing.away = False
        assert sent(browser, form, back).status_code == 303, form.action


def test_beyond_the_limit_of_a_minute_a_form_comes_back() -> None:
    for form in FORMS:
        pages = filled(WebSettings(asked_per_minute=1))
        browser = pages.browser()
        assert sent(browser, FORMS[0], typed_into(browser, FORMS[0])).status_code == 303
        assert_comes_back(sent(browser, form, typed_into(browser, form)), form, 429)


def test_a_form_of_more_bytes_than_are_taken_comes_back_and_says_how_many_are() -> None:
    for form in FORMS:
        pages = filled()
        browser, was = pages.browser(), written(pages)
        name = next(name for name in form.typed if name not in ("arm", "said"))
        large = Form(form.stands, form.action, {**form.typed, name: "\u4f60" * (MOST_BYTES // 3)}, form.topic)
        answer = sent(browser, large, typed_into(browser, large))

        assert_comes_back(answer, large, 413)
        assert f"a form may have {MOST_BYTES:,}" in answer.text
        assert written(pages) == was


def test_what_is_too_large_to_be_read_is_told_on_a_page_of_its_own() -> None:
    browser = filled().browser()
    for form in FORMS:
        refused = sent(browser, form, typed_into(browser, form) | {"text": "x" * MOST_OF_FORM})
        assert (refused.status_code, f"({MOST_OF_FORM:,} bytes)" in refused.text) == (413, True)


def test_whoever_is_signed_out_meanwhile_sends_the_same_form_once_signed_in() -> None:
    for form in FORMS:
        pages = filled()
        browser = pages.browser()
        fields = typed_into(browser, form)
        refused = sent(signed_in_as(pages, browser, None), form, fields)
        back = assert_comes_back(refused, form, 401)

        assert 'href="/sign-in" target="_blank"' in refused.text
        assert sent(signed_in_as(pages, browser, OPERATOR), form, back).status_code == 303, form.action


def test_whoever_may_do_it_no_longer_keeps_what_was_typed() -> None:
    reader = Person("olga", voter="web-olga", role="reader")
    for form in FORMS:
        pages = filled()
        browser = pages.browser()
        fields = typed_into(browser, form)
        refused = sent(signed_in_as(pages, browser, reader), form, fields)
        assert_comes_back(refused, form, 403)
        assert "Send it again" not in refused.text


def test_to_whom_has_not_signed_in_a_form_of_another_site_is_not_shown() -> None:
    pages = filled()
    browser = pages.browser()
    for form in FORMS:
        fields = typed_into(browser, form)
        for said in ATTACKS:
            refused = signed_in_as(pages, browser, None).post(form.action, data=fields, headers=said)
            assert refused.status_code == 401
            assert not fields_of(refused.text, form.action)
            signed_in_as(pages, browser, OPERATOR)


def test_what_was_typed_about_something_that_is_gone_is_not_lost() -> None:
    before = filled()
    browser = before.browser()
    form = next(form for form in FORMS if form.action == "/question/references")
    fields = typed_into(browser, form)
    refused = sent(Pages(signing=before.signing).browser(), form, fields)
    assert_comes_back(refused, form, 404)


def test_a_contest_comes_back_from_its_check_and_from_its_announcement() -> None:
    before = filled()
    opened = before.browser()
    check = {**fields_of(opened.get("/contest").text, "/contest/check"), "contest": TOML.strip(), "new_tracks": "x, y"}
    confirm = fields_of(opened.post("/contest/check", data=check, headers=OURS).text, "/contest/announce")
    pages, browser = restarted(before, opened)
    for action, fields in (("/contest/check", check), ("/contest/announce", confirm)):
        answer = browser.post(action, data=fields, headers=OURS)
        back = fields_of(answer.text, action) or fields_of(answer.text, "/contest/check")
        assert (answer.status_code, back["contest"], back["new_tracks"]) == (409, TOML.strip(), "x, y"), action
        assert not pages.broker.records(topology.CONTESTS.name)
    again = fields_of(answer.text, "/contest/announce")
    assert browser.post("/contest/announce", data=again, headers=OURS).status_code == 303


def test_accepted_answers_that_changed_meanwhile_stand_beside_what_was_typed() -> None:
    pages = filled()
    browser = pages.browser()
    form = next(form for form in FORMS if form.action == "/question/references")
    fields = typed_into(browser, form)
    pages.publish(topology.REFERENCES, references(question_id="q-1", references=("Zephrandel",), given_by="desk"))
    answer = sent(browser, form, fields)

    back = assert_comes_back(answer, form, 409)
    assert "Zephrandel" in answer.text, "nobody writes over what they have not seen"
    assert sent(browser, form, back).status_code == 303


def test_faults_of_fields_stand_beside_them_with_what_was_typed() -> None:
    long = "x" * 5_000
    for action, wrong, field, said in (
        ("/question/references", {"references": ""}, "references", "one of the two"),
        ("/question/references", {"references": f"Ann\n{long}"}, "references", "At most 4,000 characters."),
        ("/question/references", {"outdated": long}, "outdated", "At most 4,000 characters."),
        ("/question/references", {"gold_document_ids": long}, "gold_document_ids", "At most 512 characters."),
        ("/review", {"text": ""}, "text", "A question needs words"),
        ("/review", {"text": long}, "text", "At most 4,000 characters."),
        ("/review", {"references": long}, "references", "At most 4,000 characters."),
        ("/adapters/change", {"reason": ""}, "reason", "Say why"),
        ("/adapters/change", {"reason": long}, "reason", "At most 1,000 characters."),
        ("/dead/send", {"reason": long}, "reason", "At most 1,000 characters."),
    ):  # fmt: skip
        form = next(form for form in FORMS if form.action == action)
        faulty = Form(form.stands, action, {**form.typed, **wrong}, form.topic)
        pages = filled()
        browser, was = pages.browser(), written(pages)
        answer = sent(browser, faulty, typed_into(browser, faulty))

        assert_comes_back(answer, faulty, 422)
        assert re.search(rf'id="{field}-fault">[^<]*{said}', answer.text), (action, field)
        assert f'<a href="#{field}">' in answer.text, "the summary leads to it"
        assert f'aria-describedby="{field}-fault' in answer.text
        assert written(pages) == was


def test_every_field_into_which_people_write_says_how_much_it_takes() -> None:
    browser = filled().browser()
    for address in (*(form.stands for form in FORMS), "/contest"):
        limits = limits_of(browser.get(address).text)
        assert limits, address
        assert all(limits.values()), (address, limits)


def test_a_field_takes_as_much_as_it_says_and_no_more() -> None:
    for action, field in (
        ("/question", "text"), ("/follow", "text"), ("/document", "title"), ("/document", "source"),
        ("/question/references", "outdated"), ("/review", "text"), ("/adapters/change", "reason"),
        ("/dead/send", "reason"),
    ):  # fmt: skip
        form = next(form for form in FORMS if form.action == action)
        browser = filled().browser()
        limit = int(limits_of(browser.get(form.stands).text)[field] or 0)
        fields = typed_into(browser, form)
        assert sent(browser, form, fields | {field: "x" * (limit + 1)}).status_code == 422, (action, field, limit)
        assert sent(browser, form, fields | {field: "x" * limit}).status_code == 303, (action, field, limit)


def test_a_vote_after_a_restart_leads_to_what_can_be_voted_on() -> None:
    before = filled()
    opened = before.browser()
    fields = fields_of(opened.get("/vote").text, "/vote") | {"choice": "a"}
    pages, browser = restarted(before, opened)
    answer = browser.post("/vote", data=fields, headers=OURS)

    assert (answer.status_code, "Nothing was voted." in answer.text) == (409, True)
    assert not pages.broker.records(topology.VOTES.name)
    again = fields_of(answer.text, "/vote") | {"choice": "a"}
    assert browser.post("/vote", data=again, headers=OURS).status_code == 303
