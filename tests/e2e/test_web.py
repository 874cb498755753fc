"""The pages over the real topics: a question asked on one, and its answers as they come."""

import json
import re
import time
from collections.abc import Callable, Iterator

import httpx
import pytest

from shared import topology
from shared.lags import NEEDED
from tests.builders import a_document, a_question
from tests.e2e.conftest import WITHIN_S, House
from tests.web import mark_in

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]


@pytest.fixture
def browser(house: House) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=house.pages, timeout=30.0) as client:
        yield client


def until(page: Callable[[], str], holds: Callable[[str], bool]) -> str:
    """The page once it holds."""
    deadline = time.monotonic() + WITHIN_S
    while not holds(seen := page()):
        assert time.monotonic() < deadline, seen[-2_000:]
        time.sleep(0.2)
    return seen


def test_a_question_of_a_page_is_answered_on_it(house: House, browser: httpx.Client) -> None:
    house.publish(
        a_document(document_id="web-1", title="Glass bells", text="The glass bells of Orvane weigh 31 kilos.")
    )
    text = "How much do the glass bells of Orvane weigh?"
    led = browser.post("/question", data={"mark": mark_in(browser.get("/").text), "text": text})
    assert led.status_code == 303, led.text
    where = led.headers["location"]

    with browser.stream("GET", where.replace("/question?", "/question/stream?"), timeout=WITHIN_S) as stream:
        heard = "".join(stream.iter_text())
    assert "event: done" in heard, "the stream ends with the result"
    assert "base+rag" in heard
    assert "web-1" in browser.get(where).text, "what the arm read is shown"
    until(lambda: browser.get("/api/standings").text, lambda page: '"items":[]' not in page)
    question_id = where.partition("id=")[2]
    read = until(
        lambda: browser.get(f"/evidence?question={question_id}&arm=base%2Brag").text,
        lambda page: "revision 1, which stands" in page,
    )
    assert "Glass bells" in read
    until(
        lambda: browser.get("/trace?document=web-1").text,
        lambda page: all(f"{what}, revision 1" in page for what in ("document", "chunks", "announcement")),
    )
    assert "result, version 1" in browser.get(f"/trace?question={question_id}").text


def test_pages_come_back_with_what_the_topics_hold(house: House, browser: httpx.Client) -> None:
    question = a_question(question_id="asked-before-a-kill")
    house.ask(question)
    until(
        lambda: browser.get(f"/api/question?id={question.question_id}").text, lambda page: '"is_settled":true' in page
    )
    house.kill("web")
    house.services.start(("web",))

    assert '"is_settled":true' in browser.get(f"/api/question?id={question.question_id}").text


def test_the_page_tells_how_far_each_service_is(house: House, browser: httpx.Client) -> None:
    house.publish(a_document(document_id="web-2", title="Tin bells", text="The tin bells of Orvane weigh 2 kilos."))
    house.ask(a_question(question_id="asked-for-lags"))

    def told() -> str:
        behind = browser.get("/api/freshness").json()["behind"]
        return " ".join(sorted({of["service"].partition("-")[0] for of in behind if not of["records"]}))

    until(told, lambda services: {*NEEDED} <= {*services.split()})
    assert "Not running" not in browser.get("/freshness").text
    assert browser.get("/api/freshness").json()["waiting"]["items"] == []


def test_a_refused_document_is_sent_again_from_a_page(house: House, browser: httpx.Client) -> None:
    publisher = house.publisher()
    publisher.send_bytes(topology.DOCUMENTS.name, b"web-refused", b"{", {})
    publisher.close()
    sent_again(browser, "web-refused")
    until(lambda: letters_of(browser, "web-refused"), lambda page: page.count('"key":"web-refused"') == 2)
    own = [of for of in json.loads(letters_of(browser, "web-refused"))["items"] if of["key"] == "web-refused"]
    assert sorted(of["sent_again"] for of in own) == [False, True], "refused again, and the first one is marked"


def letters_of(browser: httpx.Client, key: str) -> str:
    """The letters of the group in which the one with this key lies, or an empty text."""
    for group in browser.get("/api/dead").json()["items"]:
        letters = browser.get("/api/dead/group", params={"id": group["name"]}).text
        if f'"key":"{key}"' in letters:
            return letters
    return ""


def sent_again(browser: httpx.Client, key: str) -> None:
    """Wait for its letter, and send that."""
    letters = json.loads(until(lambda: letters_of(browser, key), bool))["items"]
    at = next(letter["at"] for letter in letters if letter["key"] == key)
    trial = browser.get("/dead/trial", params={"what": "at", "of": at}).text
    led = browser.post("/dead/send", data=dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', trial)))
    assert led.status_code == 303, led.text
    until(lambda: browser.get(led.headers["location"]).text, lambda page: "Done: 1 of 1 letters sent again" in page)
