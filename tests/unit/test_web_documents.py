"""Correcting a document that was published on a page, and taking it back."""

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from services.web.signing.people import Person
from shared import dead_letters, topology
from shared.messages import DocumentPublished
from shared.records import Position, RawRecord
from tests.builders import NOON
from tests.web import Pages, Signed, announced, mark_in

WORDS = {"title": "Ferry", "text": "The ferry sails.", "source": "Desk"}


@pytest.fixture
def pages() -> Pages:
    return Pages()


def newest(pages: Pages) -> DocumentPublished:
    document = pages.broker.messages(topology.DOCUMENTS)[-1]
    assert isinstance(document, DocumentPublished)
    return document


def published(pages: Pages, browser: TestClient) -> str:
    """The id of a document that a form published and that can be found."""
    led = browser.post("/document", data={"mark": mark_in(browser.get("/freshness").text), **WORDS})
    assert led.status_code == 303
    name = led.headers["location"].partition("id=")[2]
    pages.publish(topology.INDEXED, announced(name))
    return name


def changed(browser: TestClient, name: str, **fields: str) -> Response:
    mark = mark_in(browser.get(f"/document?id={name}").text)
    return browser.post("/document/change", data={"mark": mark, "id": name, **WORDS, **fields})


def test_a_correction_is_a_revision_of_the_same_document(pages: Pages) -> None:
    browser = pages.browser()
    name = published(pages, browser)
    assert all(f'value="{word}"' in browser.get(f"/document?id={name}").text for word in ("Ferry", "Desk"))
    led = changed(browser, name, text="The ferry sails no more.")
    document = newest(pages)

    assert led.headers["location"] == f"/document?id={name}"
    assert (document.document_id, document.op, document.text) == (name, "upsert", "The ferry sails no more.")
    assert (document.title, document.source, document.labels) == ("Ferry", "Desk", ())
    assert document.first_seen_at is not None, "so that it is newer than what stands, also where a text comes back"


def test_a_change_is_watched_until_its_revision_is_announced(pages: Pages) -> None:
    browser = pages.browser()
    name = published(pages, browser)
    changed(browser, name, text="The ferry sails no more.")
    page = browser.get(f"/document?id={name}").text
    assert "A change of it is on its way" in page
    assert "hx-sse:connect" in page

    pages.publish(topology.INDEXED, announced(name, revision=2))
    page = browser.get(f"/document?id={name}").text
    assert "on its way;" not in page
    assert "The ferry sails no more." in page, "what stands now is what can be corrected next"


def test_a_document_is_taken_back_and_put_in_again(pages: Pages) -> None:
    browser = pages.browser()
    name = published(pages, browser)
    assert changed(browser, name, op="retract").status_code == 303
    document = newest(pages)
    assert (document.document_id, document.op, document.text) == (name, "retract", "")

    pages.publish(topology.INDEXED, announced(name, revision=2, retracted=True))
    page = browser.get(f"/document?id={name}").text
    assert "It was taken back" in page
    assert "Take it back" not in page
    assert changed(browser, name, op="retract").status_code == 422
    assert changed(browser, name).status_code == 303, "the same words may come back"


def test_a_correction_without_a_change_or_without_text_comes_back(pages: Pages) -> None:
    browser = pages.browser()
    name = published(pages, browser)
    for fields, said in (({}, "Nothing is changed yet"), ({"text": "", "title": "Boat"}, "Write some text")):
        refused = changed(browser, name, **fields)
        assert refused.status_code == 422
        assert said in refused.text
        assert 'aria-invalid="true"' in refused.text
        assert f'value="{({**WORDS, **fields})["title"]}"' in refused.text
    assert len(pages.broker.records(topology.DOCUMENTS.name)) == 1


def test_what_was_not_sent_can_be_sent_again(pages: Pages) -> None:
    browser = pages.browser()
    name = published(pages, browser)
    pages.publishing.away = True
    refused = changed(browser, name, text="Other words.")
    assert (refused.status_code, "Other words." in refused.text) == (503, True)
    assert "on its way;" not in browser.get(f"/document?id={name}").text

    pages.publishing.away = False
    assert changed(browser, name, text="Other words.").status_code == 303


def test_a_refused_change_says_why_and_is_no_longer_waited_for(pages: Pages) -> None:
    browser = pages.browser()
    name = published(pages, browser)
    changed(browser, name, text="Other words.")
    record = RawRecord(Position(topology.DOCUMENTS.name, 0, 1), name.encode(), b"{}", NOON)
    letter = dead_letters.letter(record, "too many words", "ingest")
    pages.broker.append(letter.topic, letter.key, letter.value, letter.headers)
    pages.read()
    page = browser.get(f"/document?id={name}").text

    assert "too many words" in page
    assert "on its way;" not in page


def test_only_what_was_published_here_is_changed_here(pages: Pages) -> None:
    browser = pages.browser()
    for name in ("feed-1", "web-not-ours"):
        pages.publish(topology.INDEXED, announced(name))
        page = browser.get(f"/document?id={name}").text
        assert 'name="mark"' not in page
        assert browser.post("/document/change", data={"mark": "0" * 64, "id": name, **WORDS}).status_code == 403
    assert not pages.broker.records(topology.DOCUMENTS.name)


def test_a_mark_is_of_one_document(pages: Pages) -> None:
    browser = pages.browser()
    name, other = published(pages, browser), published(pages, browser)
    mark = mark_in(browser.get(f"/document?id={other}").text)
    before = len(pages.broker.records(topology.DOCUMENTS.name))

    assert browser.post("/document/change", data={"mark": mark, "id": name, "op": "retract"}).status_code == 403
    assert len(pages.broker.records(topology.DOCUMENTS.name)) == before


def test_whoever_is_no_operator_changes_nothing(pages: Pages) -> None:
    browser = pages.browser()
    name = published(pages, browser)
    pages.site.signing = Signed(Person("ann", voter="ann", role="reviewer"))
    other = pages.browser()

    assert "Correct it" not in other.get(f"/document?id={name}").text
    assert "Publish a document" not in other.get("/freshness").text
    assert other.post("/document/change", data={"id": name}).status_code == 403


def test_after_a_start_the_words_are_asked_for(pages: Pages) -> None:
    name = published(pages, pages.browser())
    again = Pages(broker=pages.broker)
    again.read()
    page = again.browser().get(f"/document?id={name}").text

    assert "write all of it" in page
    assert "The ferry sails." not in page


def test_a_document_with_faults_comes_back_as_it_was_typed(pages: Pages) -> None:
    browser = pages.browser()
    given = {"title": "Ferry & <b>", "text": "", "source": "s" * 600}
    refused = browser.post("/document", data={"mark": mark_in(browser.get("/freshness").text), **given})
    assert refused.status_code == 422
    assert 'value="Ferry &amp; &lt;b&gt;"' in refused.text
    assert 'id="text-fault">Write some text' in refused.text

    refused = browser.post("/document", data={"mark": mark_in(refused.text), **given, "text": "Words."})
    assert 'id="source-fault">At most 512 characters.' in refused.text
    assert "Words.</textarea>" in refused.text
    assert mark_in(refused.text)
    assert not pages.broker.records(topology.DOCUMENTS.name)
