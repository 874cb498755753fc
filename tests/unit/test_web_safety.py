"""What the pages refuse, what they allow browsers, and how open pages are kept up to date."""

import asyncio
import re
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest
from pydantic import ValidationError

from services.web import following as following_module
from services.web.following import Following
from services.web.limits import Often
from services.web.live.pieces import Shown
from services.web.pages import streams
from services.web.pages.sent import MOST_FIELDS
from services.web.pages.streams import DONE, QUIET, kept_up
from services.web.safety import COOKIE, MOST_BYTES, MOST_OF_FORM
from services.web.settings import WebSettings
from services.web.signing.people import Person
from shared import topology
from shared.records import RawRecord
from tests.builders import a_question
from tests.results import ARMS, a_trial
from tests.standings import standings
from tests.web import SOMEBODY, Pages, mark_in, shows

TEMPLATES = Path(streams.__file__).parents[1] / "templates"


@pytest.fixture
def pages() -> Pages:
    return Pages()


def test_every_page_forbids_what_it_does_not_need(pages: Pages) -> None:
    for address in ("/", "/vote", "/standings", "/nowhere", "/static/style.css", "/api/standings"):
        headers = pages.browser().get(address).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert headers["x-content-type-options"] == "nosniff"


def test_no_template_has_a_script_or_a_style_of_its_own() -> None:
    texts = [file.read_text(encoding="utf-8") for file in TEMPLATES.rglob("*.html")]
    assert len(texts) > 40
    for text in texts:
        assert not re.search(r"<script(?! src=)|<style|\bstyle=|\bon\w+=|\|\s*safe\b|https?://", text)


def test_a_name_of_a_browser_is_kept_from_scripts_and_from_other_sites(pages: Pages) -> None:
    browser = pages.browser()
    cookie = browser.get("/").headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "set-cookie" not in browser.get("/").headers, "it is given once"
    for strange in ("x", "a" * 25, "\u00e9" * 24):
        assert "set-cookie" in pages.browser().get("/", headers=[(b"cookie", f"tiltyard={strange}".encode())]).headers


def test_forms_of_other_sites_are_refused(pages: Pages) -> None:
    other = pages.browser()
    mark = mark_in(other.get("/").text)
    for browser, said in ((pages.browser(), mark), (other, "0" * 64), (other, "")):
        assert browser.post("/question", data={"mark": said, "text": "Who?"}).status_code == 403
    assert not pages.broker.records(topology.QUESTIONS.name)


def test_by_another_name_nobody_is_served(pages: Pages) -> None:
    assert pages.browser().get("/", headers={"host": "evil.example"}).status_code == 400


def test_a_form_has_bounds(pages: Pages) -> None:
    browser = pages.browser()
    mark = mark_in(browser.get("/").text)
    asked = {"mark": mark, "text": "Who?"}
    for beside, status in (
        ({f"a{at}": "1" for at in range(MOST_FIELDS - len(asked))}, 303),
        ({f"a{at}": "1" for at in range(MOST_FIELDS - len(asked) + 1)}, 422),
        ({"a": "x" * (MOST_BYTES - 200)}, 303), ({"a": "x" * MOST_BYTES}, 413), ({"a": "x" * MOST_OF_FORM}, 413),
    ):  # fmt: skip
        assert browser.post("/question", data=asked | beside).status_code == status, len(beside)
    assert len(pages.broker.records(topology.QUESTIONS.name)) == 2


def test_bytes_that_are_no_text_are_a_form_without_a_mark(pages: Pages) -> None:
    body, kind = b"\xff\xfe=%ff&mark=%ed%a0%80\x00", {"content-type": "application/x-www-form-urlencoded"}
    assert pages.browser().post("/question", content=body, headers=kind).status_code == 403


def test_other_machines_are_not_served() -> None:
    for host in ("0.0.0.0", "192.168.1.5", "::"):  # noqa: S104  (refused)
        with pytest.raises(ValidationError, match="reached from other machines"):
            WebSettings(host=host)
    assert WebSettings(host="localhost").host == "localhost"


def test_standings_are_those_of_the_topic(pages: Pages) -> None:
    results, _ = a_trial()
    assert "Nothing is counted yet" in pages.browser().get("/standings").text
    pages.publish(topology.STANDINGS, *standings(results[:60], ARMS))
    page = pages.browser().get("/standings").text
    assert all(f">{arm}</th>" in page for arm in ARMS)
    assert "confidence sequence" in page
    first, *rest = [of["slice"] for of in pages.browser().get("/api/standings").json()["items"]]
    assert (first, "learned" in rest) == ("all", True)


async def heard(pages: Pages, pieces: Sequence[tuple[str, bool]], most: int) -> list[bytes]:
    """What a page is sent of a piece that changes from look to look."""
    pages.site.changes.serve_from(asyncio.get_running_loop())
    left, events = list(pieces), []

    def piece() -> Shown:
        return Shown(*(left.pop(0) if len(left) > 1 else left[0]))

    async for event in kept_up(pages.site, SOMEBODY, shows(piece), name="q-1"):
        events.append(event)
        if len(events) == most:
            break
        pages.site.changes.tell("q-1")
    return events


def test_a_page_is_sent_a_piece_again_when_it_changed_and_the_stream_ends_with_the_last(pages: Pages) -> None:
    events = asyncio.run(heard(pages, [("one", False), ("two", True)], most=9))

    assert events == [b"data: one\n\n", b"data: two\n\n", DONE]
    assert pages.site.changes.names == 0, "nobody listens any more"


def test_a_quiet_stream_says_that_it_is_there(pages: Pages, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "QUIET_S", 0.01)

    async def quiet() -> bytes:
        pages.site.changes.serve_from(asyncio.get_running_loop())
        stream = kept_up(pages.site, SOMEBODY, shows(lambda: Shown("one")), name="q-1")
        await anext(stream)
        event = await anext(stream)
        await stream.aclose()
        return event

    assert asyncio.run(quiet()) == QUIET


def test_more_open_pages_than_may_be_are_told_so() -> None:
    pages = Pages(settings=WebSettings(streams=1))
    pages.site.open_of["another"] += 1
    for address in ("/standings/stream", "/freshness/stream", "/question/stream?id=q-1", "/document/stream?id=d-1"):
        refused = pages.browser().get(address)
        assert refused.status_code == 503
        assert "pages are open already" in refused.text


def test_open_pages_end_when_the_process_is_told_to_stop(pages: Pages) -> None:
    async def closing() -> list[bytes]:
        pages.site.changes.serve_from(asyncio.get_running_loop())
        events = []
        async for event in kept_up(pages.site, SOMEBODY, shows(lambda: Shown("one")), name="q-1"):
            events.append(event)
            pages.site.changes.close()
        return events

    assert len(asyncio.run(closing())) == 1


def test_a_body_of_a_program_has_bounds_and_calls_without_a_name_one_limit() -> None:
    pages = Pages(settings=WebSettings(asked_per_minute=2))
    assert pages.browser().post("/api/question", json={"text": "x" * MOST_BYTES}).status_code == 413
    codes = [pages.browser().post("/api/question", json={"text": "Who?"}).status_code for _ in range(3)]
    assert codes == [202, 202, 429]
    incomplete = pages.browser().post("/api/question", json={"words": "Who?"})
    assert (incomplete.status_code, "text" in incomplete.text) == (422, True)


def test_a_browser_that_makes_its_cookie_up_anew_each_time_is_held_up_with_all_others() -> None:
    pages = Pages(settings=WebSettings(asked_per_minute=2))
    codes = list[int]()
    for number in range(25):
        browser = pages.browser()
        browser.cookies.set(COOKIE, f"{number:024}")
        answer = browser.post("/api/question", json={"text": "Who?"})
        codes.append(answer.status_code)

    assert codes == [202] * 20 + [429] * 5
    assert "of all browsers together" in answer.text


def test_people_who_sign_in_have_limits_of_their_own_alone() -> None:
    often = Often(2)
    for number in range(100):
        often.count(Person(f"p-{number}", "x", "voter"))


def test_addresses_of_this_machine_are_served_by_their_own_name() -> None:
    for host, name in (("127.0.0.2", "127.0.0.2"), ("::1", "[::1]"), ("LocalHost", "localhost")):
        pages = Pages(settings=WebSettings(host=host))
        assert pages.browser().get("/", headers={"host": f"{name}:19480"}).status_code == 200
    with pytest.raises(ValidationError, match="is no address"):
        WebSettings(host="foo")


class Scripted:
    """Records that come one call after the other; an exception is raised in its place."""

    def __init__(self, *steps: Sequence[RawRecord] | Exception) -> None:
        self._steps = [*steps]

    def poll(self, limit: int, wait_s: float) -> Sequence[RawRecord]:
        del limit, wait_s
        step = self._steps.pop(0) if self._steps else ()
        if isinstance(step, Exception):
            raise step
        return step

    def caught_up(self) -> bool:
        return not self._steps

    def close(self) -> None:
        self.closed = True


def followed(pages: Pages, *steps: Sequence[RawRecord] | Exception) -> threading.Event:
    """Until all is read, or reading ended; the event says that it did."""
    pages.site.is_reading, ready, ended = True, threading.Event(), threading.Event()

    def end() -> None:
        ended.set()
        ready.set()

    following = Following(pages.site, Scripted(*steps), ready.set, end)
    following.start()
    assert ready.wait(10)
    following.stop()
    return ended


def test_a_broker_that_comes_back_is_read_on(pages: Pages, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(following_module, "AWAY_S", 0.01)
    pages.broker.publish(topology.QUESTIONS, a_question(question_id="q-1"))
    ended = followed(pages, ConnectionError("away"), pages.broker.records(topology.QUESTIONS.name))

    assert not ended.is_set()
    assert pages.site.away is None
    assert pages.site.questions.get("q-1", SOMEBODY) is not None


def test_a_record_that_brings_out_a_fault_of_ours_stops_nothing(pages: Pages, monkeypatch: pytest.MonkeyPatch) -> None:
    pages.broker.publish(topology.QUESTIONS, a_question(question_id="q-1"), a_question(question_id="q-2"))
    take = pages.site.take

    def faulty(record: RawRecord) -> None:
        if record.key == b"q-1":
            raise RuntimeError("a fault")
        take(record)

    monkeypatch.setattr(pages.site, "take", faulty)
    assert not followed(pages, pages.broker.records(topology.QUESTIONS.name)).is_set()
    assert pages.site.questions.get("q-2", SOMEBODY) is not None


def test_where_reading_ends_the_process_is_told(pages: Pages) -> None:
    assert followed(pages, RuntimeError("a fault")).is_set()
