"""Signing in on the pages: who is known by what, what each role may do, and which labels go with it."""

from pathlib import Path

import pytest
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from pydantic import ValidationError

from services.web.app import application
from services.web.pages.routes import ROUTES
from services.web.pages.sign_in.page import here_alone
from services.web.settings import WebSettings
from services.web.signing.choosing import way_of
from services.web.signing.people import Person
from shared import people, topology
from shared.messages import Question
from shared.people import ROLES, Role
from tests.builders import a_question, an_answer
from tests.web import ADDRESS, Pages, Signed, mark_in

ALL_ADDRESSES = "0.0.0.0"  # noqa: S104 (never bound here)
FORMS: dict[Role, tuple[str, ...]] = {"voter": ("/question", "/vote"), "operator": ("/document",)}


@pytest.fixture
def listed(tmp_path: Path) -> Path:
    return tmp_path / "people.toml"


def with_tokens(listed: Path, **more: str) -> Pages:
    settings = WebSettings.model_validate({"sign_in": "token", "people": listed, **more})
    return Pages(settings=settings, signing=way_of(settings))


def behind_a_proxy(listed: Path) -> Pages:
    settings = WebSettings(sign_in="proxy", people=listed, proxies="10.0.0.0/8")
    return Pages(settings=settings, signing=way_of(settings))


def from_address(pages: Pages, address: str) -> TestClient:
    return TestClient(application(pages.site), base_url=ADDRESS, follow_redirects=False, client=(address, 50_000))


def signed(role: Role, *labels: str) -> Pages:
    return Pages(signing=Signed(Person("ada", voter="web-ada", role=role, labels=labels)))


def test_whoever_has_not_signed_in_is_led_to_where_one_does(listed: Path) -> None:
    people.add(listed, "ada", "operator")
    browser = with_tokens(listed).browser()

    led = browser.get("/question?id=q-1&x=ä")

    assert led.status_code == 303
    assert led.headers["location"] == "/sign-in?to=%2Fquestion%3Fid%3Dq-1%26x%3D%25C3%25A4"
    assert 'type="password"' in browser.get(led.headers["location"]).text


def routes(method: str) -> list[str]:
    """Addresses of all pages by this method, but for those that sign in."""
    known = [route for page in ROUTES for route in page.routes if isinstance(route, APIRoute)]
    return [route.path for route in known if method in (route.methods or ())]


def test_nothing_is_told_or_done_without_signing_in(listed: Path) -> None:
    people.add(listed, "ada", "operator")
    pages = with_tokens(listed)
    pages.publish(topology.QUESTIONS, a_question(question_id="q-1", text="zephrandel"))
    browser = pages.browser()
    assert len(routes("GET")) > 40

    for address in routes("GET"):
        answer = browser.get(address, params={"id": "q-1", "question": "q-1"})
        assert answer.status_code in (303, 401), address
        assert answer.status_code == 401 or answer.headers["location"].startswith("/sign-in?to="), address
        assert "zephrandel" not in answer.text
        assert answer.headers["cache-control"] == "no-store"
    for address in routes("POST"):
        assert browser.post(address, data={"text": "x"}).status_code == 401, address
    assert len(pages.broker.messages(topology.QUESTIONS)) == 1


def test_a_reader_changes_nothing_and_a_form_of_another_site_neither() -> None:
    for role in ROLES:
        pages = signed(role)
        browser = pages.browser()
        for address in routes("POST"):
            if not address.startswith("/api/"):  # those take no form, and so no other site can send one
                assert browser.post(address, data={"mark": "0" * 64, "text": "x"}).status_code in (403, 404, 422), (
                    address
                )
        changed = {topic.name: len(pages.broker.records(topic.name)) for topic in topology.TOPICS}
        assert not any(changed.values()), role


def test_a_token_signs_in_and_out(listed: Path) -> None:
    token = people.add(listed, "ada", "operator")
    browser = with_tokens(listed).browser()
    mark = mark_in(browser.get("/sign-in").text)

    led = browser.post("/sign-in", data={"mark": mark, "token": token, "to": "/standings"})
    assert (led.status_code, led.headers["location"]) == (303, "/standings")
    kept = led.headers["set-cookie"]
    assert "HttpOnly" in kept
    assert "SameSite=lax" in kept
    assert "ada</span>, operator" in browser.get("/standings").text

    mark_out = mark_in(browser.get("/sign-in").text)
    browser.post("/sign-out", data={"mark": mark_out})
    assert browser.get("/standings").status_code == 303


def test_a_program_sends_its_token_in_a_header(listed: Path) -> None:
    token = people.add(listed, "robot", "voter")
    browser = with_tokens(listed).browser()

    for header, status in ((f"Bearer {token}", 200), (f"bearer  {token} ", 200), (token, 401), (f"Basic {token}", 401),
                           (f"Bearer {token}x", 401), ("Bearer ", 401), ("Bearer " + "x" * 9_000, 401)):  # fmt: skip
        answer = browser.get("/api/standings", headers={"authorization": header})
        assert answer.status_code == status, header
        assert status == 200 or answer.headers["www-authenticate"] == "Bearer"


def test_a_wrong_token_is_refused_and_not_kept(listed: Path) -> None:
    people.add(listed, "ada", "operator")
    browser = with_tokens(listed).browser()
    mark = mark_in(browser.get("/sign-in").text)

    for token in ("", "wrong", "ä" * 50, "\x00", "x" * 10_000):
        answer = browser.post("/sign-in", data={"mark": mark, "token": token})
        assert answer.status_code == 403
        assert "tiltyard_token" not in answer.headers.get("set-cookie", "")
        assert "Nobody has this token" in answer.text


def test_a_sign_in_form_of_another_site_is_refused(listed: Path) -> None:
    token = people.add(listed, "ada", "operator")
    answer = with_tokens(listed).browser().post("/sign-in", data={"mark": "0" * 64, "token": token})
    assert answer.status_code == 403
    assert "tiltyard_token" not in answer.headers.get("set-cookie", "")


def test_after_signing_in_one_stays_on_our_pages() -> None:
    for to in ("//evil.example", "https://evil.example", "/\\evil.example", "\\/evil.example", "javascript:x", "",
               "/a\r\nSet-Cookie: x=1", "/\x00"):  # fmt: skip
        assert here_alone(to) == "/", to
    assert here_alone("/vote?x=1") == "/vote?x=1"


def test_a_changed_list_of_people_holds_from_the_next_page_on(listed: Path) -> None:
    token = people.add(listed, "ada", "reader")
    pages = with_tokens(listed)
    browser = pages.browser()
    header = {"authorization": f"Bearer {token}"}
    assert browser.post("/api/question", json={"text": "Who?"}, headers=header).status_code == 403

    listed.write_text(listed.read_text().replace("reader", "voter"))
    assert browser.post("/api/question", json={"text": "Who?"}, headers=header).status_code == 202

    listed.write_text("no list")
    assert browser.get("/api/standings", headers=header).status_code == 200, "what was read before holds"
    listed.write_text(f'pseudonyms = "{"0" * 32}"\n')
    assert browser.get("/api/standings", headers=header).status_code == 401


def test_a_proxy_of_ours_says_who_signed_in_and_nobody_else_does(listed: Path) -> None:
    people.add(listed, "ada", "operator")
    pages = behind_a_proxy(listed)
    ours, others = from_address(pages, "10.1.2.3"), from_address(pages, "192.168.0.9")

    assert "ada</span>, operator" in ours.get("/standings", headers={"x-forwarded-user": "ada"}).text
    assert ours.get("/standings").status_code == 303
    for name in ("eve", "", "ADA", "ada\t,", "a" * 5_000):
        assert ours.get("/standings", headers={"x-forwarded-user": name}).status_code == 303, name
    assert ours.get("/standings", headers=[("x-forwarded-user", "ada"), ("x-forwarded-user", "eve")]).status_code == 303
    assert others.get("/standings", headers={"x-forwarded-user": "ada"}).status_code == 303


def test_whom_a_proxy_names_and_nobody_listed_may_what_everyone_may(listed: Path) -> None:
    listed.write_text(f'pseudonyms = "{"0" * 32}"\neveryone = "reader"\n')
    browser = from_address(behind_a_proxy(listed), "10.1.2.3")

    shown = browser.get("/standings", headers={"x-forwarded-user": "eve"}).text
    assert "eve</span>, reader" in shown
    assert '<a href="/vote">Vote</a></li>' not in shown


def test_what_a_browser_keeps_goes_back_by_https_alone_where_it_came_by_it(listed: Path) -> None:
    token = people.add(listed, "ada", "operator")
    pages = with_tokens(listed, proxies="10.0.0.0/8")

    for address, forwarded, is_secure in (("10.1.2.3", "https", True), ("10.1.2.3", "http", False),
                                          ("192.168.0.9", "https", False)):  # fmt: skip
        browser = from_address(pages, address)
        form = {"mark": mark_in(browser.get("/sign-in").text), "token": token}
        led = browser.post("/sign-in", data=form, headers={"x-forwarded-proto": forwarded})
        assert ("Secure" in led.headers["set-cookie"]) == is_secure, (address, forwarded)


@pytest.mark.parametrize("role", ROLES)
def test_a_role_may_do_what_those_before_it_may_and_no_more(role: Role) -> None:
    browser = signed(role).browser()
    mark = "0" * 64  # the role is asked for first

    for needed, addresses in FORMS.items():
        for address in addresses:
            told = browser.post(address, data={"mark": mark, "text": "x"}).text
            assert Person("", "", role).may(needed) != (f"takes the role {needed}" in told), address
    asked = browser.post("/api/question", json={"text": "Who is mayor?"})
    assert (asked.status_code == 202) == (role != "reader")


def test_a_question_has_the_labels_of_whoever_asks() -> None:
    pages = signed("voter", "desk", "board")
    browser = pages.browser()
    browser.post("/question", data={"mark": mark_in(browser.get("/").text), "text": "Who?", "labels": "court"})

    [question] = pages.broker.messages(topology.QUESTIONS)
    assert isinstance(question, Question)
    assert question.labels == ("desk", "board")


def test_labels_open_what_they_name_and_nothing_else() -> None:
    sees_both, sees_answer_alone, sees_none = (True, True), (False, True), (False, False)
    opened = {(): sees_none, ("court",): sees_none, ("desk",): sees_answer_alone, ("desk", "board"): sees_both}
    for labels, (sees_question, sees_answer) in opened.items():
        pages = signed("reader", *labels)
        guarded = a_question(question_id="q-1", text="zephrandel", labels=("desk", "board"))
        pages.publish(topology.QUESTIONS, guarded, a_question(question_id="q-2"))
        pages.publish(topology.ANSWERS, an_answer(
            question_id="q-2", arm="base+rag", text="quorvalike", evidence=("a:0",), evidence_titles=("minutes",),
            evidence_texts=("minutes",), evidence_labels=(("desk", "press"),),
        ))  # fmt: skip
        browser = pages.browser()
        for address in ("/question?id=q-1", "/api/question?id=q-1", "/"):
            assert ("zephrandel" in browser.get(address).text) == sees_question, (labels, address)
        for address in ("/question?id=q-2", "/api/question?id=q-2"):
            assert ("quorvalike" in browser.get(address).text) == sees_answer, (labels, address)


def test_pages_that_others_reach_demand_that_people_sign_in(listed: Path) -> None:
    people.add(listed, "ada", "operator")
    for settings, said in (
        ({"host": ALL_ADDRESSES}, "TILTYARD_WEB_SIGN_IN"),
        ({"host": "::", "sign_in": "off", "people": listed}, "TILTYARD_WEB_SIGN_IN"),
        ({"sign_in": "token"}, "TILTYARD_WEB_PEOPLE"),
        ({"host": ALL_ADDRESSES, "sign_in": "proxy", "people": listed}, "TILTYARD_WEB_NAMES"),
        ({"certificate": listed}, "TILTYARD_WEB_KEY"),
        ({"proxies": "nowhere"}, "nowhere"),
        ({"host": "example.org"}, "no address"),
    ):
        with pytest.raises(ValidationError, match=said):
            WebSettings.model_validate(settings)
    open_to_others = WebSettings(host=ALL_ADDRESSES, sign_in="token", people=listed, names="news.example.org")
    assert not open_to_others.is_local


def test_pages_are_reached_by_the_names_that_the_settings_say(listed: Path) -> None:
    people.add(listed, "ada", "operator")
    browser = with_tokens(listed, names="news.example.org, wire.example.org").browser()

    for host, status in (("news.example.org", 200), ("wire.example.org:8443", 200), ("evil.example", 400)):
        assert browser.get("/sign-in", headers={"host": host}).status_code == status, host
