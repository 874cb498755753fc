"""What the pages refuse, what they allow browsers, and how open pages are kept up to date."""

import asyncio
import re
from collections.abc import Sequence
from pathlib import Path

import pytest
from fastapi.sse import ServerSentEvent
from pydantic import ValidationError

from services.web.pages import streams
from services.web.pages.given import MOST_BYTES
from services.web.pages.streams import TooManyStreamsError, kept_up
from services.web.settings import WebSettings
from shared import topology
from tests.results import ARMS, a_trial
from tests.standings import standings
from tests.web import Pages, mark_in

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
    texts = [file.read_text(encoding="utf-8") for file in TEMPLATES.glob("*.html")]
    assert texts
    for text in texts:
        assert not re.search(r"<script(?! src=)|<style|\bstyle=|\bon\w+=|\|\s*safe\b|https?://", text)


def test_a_name_of_a_browser_is_kept_from_scripts_and_from_other_sites(pages: Pages) -> None:
    browser = pages.browser()
    cookie = browser.get("/").headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert "set-cookie" not in browser.get("/").headers, "it is given once"
    for strange in ("x", "a" * 25, "\u00e9" * 24):
        assert "set-cookie" in pages.browser().get("/", headers=[(b"cookie", f"tiltyard={strange}".encode())]).headers


def test_forms_of_other_sites_are_refused(pages: Pages) -> None:
    other = pages.browser()
    mark = mark_in(other.get("/").text)
    for browser, said in ((pages.browser(), mark), (other, "0" * 64), (other, "")):
        assert browser.post("/questions", data={"mark": said, "text": "Who?"}).status_code == 403
    assert not pages.broker.records(topology.QUESTIONS.name)


def test_by_another_name_nobody_is_served(pages: Pages) -> None:
    assert pages.browser().get("/", headers={"host": "evil.example"}).status_code == 400


def test_a_form_has_bounds(pages: Pages) -> None:
    browser = pages.browser()
    mark = mark_in(browser.get("/").text)
    for body in (
        b"text=" + b"x" * MOST_BYTES,
        b"&".join(b"a%d=1" % at for at in range(200)),
        b"\xff\xfe=%ff&mark=\x00",
    ):
        refused = browser.post(
            "/questions", content=body, headers={"content-type": "application/x-www-form-urlencoded"}
        )
        assert refused.status_code in (403, 422)
    assert browser.post("/questions", data={"mark": mark, "text": "Who?"}).status_code == 303


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
    assert set(pages.browser().get("/api/standings").json()) >= {"all", "learned"}


async def heard(pages: Pages, pieces: Sequence[tuple[str, bool]], most: int) -> list[ServerSentEvent]:
    """What a page is sent of a piece that changes from look to look."""
    pages.site.changes.serve_from(asyncio.get_running_loop())
    left, events = list(pieces), []

    def piece() -> tuple[str, bool]:
        return left.pop(0) if len(left) > 1 else left[0]

    async for event in kept_up(pages.site, "q-1", piece):
        events.append(event)
        if len(events) == most:
            break
        pages.site.changes.tell("q-1")
    return events


def test_a_page_is_sent_a_piece_again_when_it_changed_and_the_stream_ends_with_the_last(pages: Pages) -> None:
    events = asyncio.run(heard(pages, [("one", False), ("two", True)], most=9))

    assert [(event.raw_data, event.event) for event in events] == [("one", None), ("two", None), ("", "done")]
    assert pages.site.changes.count == 0, "nobody listens any more"


def test_a_quiet_stream_says_that_it_is_there(pages: Pages, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "QUIET_S", 0.01)

    async def quiet() -> str | None:
        pages.site.changes.serve_from(asyncio.get_running_loop())
        stream = kept_up(pages.site, "q-1", lambda: ("one", False))
        await anext(stream)
        event = await anext(stream)
        await stream.aclose()
        return event.comment

    assert asyncio.run(quiet()) == "still here"


def test_more_open_pages_than_may_be_are_told_so() -> None:
    pages = Pages(settings=WebSettings(streams=1))

    async def two() -> None:
        first = kept_up(pages.site, "q-1", lambda: ("one", False))
        await anext(first)
        with pytest.raises(TooManyStreamsError):
            await anext(kept_up(pages.site, "q-1", lambda: ("one", False)))
        await first.aclose()

    asyncio.run(two())
