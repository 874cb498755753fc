"""How soon documents can be found, on a page: announcements, and one document on its way."""

import pytest

from services.web.live.documents import KEPT
from shared import dead_letters, topology
from shared.messages import DocumentPublished
from shared.records import Position, RawRecord
from tests.builders import NOON
from tests.web import Pages, announced, mark_in


@pytest.fixture
def pages() -> Pages:
    return Pages()


def published(pages: Pages, **fields: str) -> tuple[str, str]:
    """Where one is led, and the document's id."""
    browser = pages.browser()
    led = browser.post("/document", data={"mark": mark_in(browser.get("/freshness").text), **fields})
    assert led.status_code == 303, led.text
    [document] = pages.broker.messages(topology.DOCUMENTS)
    assert isinstance(document, DocumentPublished)
    assert document.labels == ()
    return led.headers["location"], document.document_id


def test_without_documents_the_page_says_what_to_do(pages: Pages) -> None:
    assert "publish some below" in pages.browser().get("/freshness").text


def test_each_stage_and_the_newest_documents_are_shown(pages: Pages) -> None:
    pages.publish(
        topology.INDEXED, announced("ferry", source="Desk"), announced("board", source="s", labels=("board",))
    )
    page = pages.browser().get("/freshness").text

    assert "2 revisions" in page
    assert "20 ms" in page
    assert "Desk" in page
    assert "(documents with labels)" in page, "the source of such a document is not for everyone"


def test_a_published_document_is_watched_until_it_can_be_found(pages: Pages) -> None:
    where, name = published(pages, title="Ferry", text="The ferry sails.", labels="board")
    assert "Nothing was announced of it yet" in pages.browser().get(where).text

    pages.publish(topology.INDEXED, announced(name))
    page = pages.browser().get(where).text
    assert "It can be found since" in page
    assert "hx-sse:connect" not in page


def test_a_refused_document_says_why(pages: Pages) -> None:
    where, name = published(pages, text="The ferry sails.")
    record = RawRecord(Position(topology.DOCUMENTS.name, 0, 0), name.encode(), b"{}", NOON)
    letter = dead_letters.letter(record, "text: <b>no</b> words", "ingest")
    pages.broker.append(letter.topic, letter.key, letter.value, letter.headers)
    pages.read()
    page = pages.browser().get(where).text

    assert "text: &lt;b&gt;no&lt;/b&gt; words" in page


def test_a_document_without_text_is_not_published(pages: Pages) -> None:
    browser = pages.browser()
    refused = browser.post("/document", data={"mark": mark_in(browser.get("/freshness").text), "title": "Ferry"})

    assert refused.status_code == 422
    assert not pages.broker.records(topology.DOCUMENTS.name)


def test_a_document_that_was_taken_back_is_found_no_more(pages: Pages) -> None:
    where, name = published(pages, text="The ferry sails.")
    pages.publish(topology.INDEXED, announced(name), announced(name, revision=2, retracted=True))

    assert "It was taken back, and is found no more" in pages.browser().get(where).text


def test_a_later_refusal_does_not_undo_what_can_be_found(pages: Pages) -> None:
    where, name = published(pages, text="The ferry sails.")
    pages.publish(topology.INDEXED, announced(name))
    letter = dead_letters.letter(
        RawRecord(Position(topology.DOCUMENTS.name, 0, 9), name.encode(), b"{", NOON), "why", "i"
    )
    pages.broker.append(letter.topic, letter.key, letter.value, letter.headers)
    pages.read()
    page = pages.browser().get(where).text

    assert "It can be found" in page
    assert "A later record of this document was refused" in page


def test_a_document_of_a_form_is_known_however_many_others_come(pages: Pages) -> None:
    where, name = published(pages, text="The ferry sails.")
    pages.publish(topology.INDEXED, announced(name), *(announced(f"other-{at}") for at in range(2_100)))

    assert "It can be found" in pages.browser().get(where).text
    assert len(pages.site.documents.journeys) == KEPT
    gone = next(at for at in range(2_100) if pages.site.documents.fate(f"other-{at}") is None)
    assert pages.browser().get(f"/document?id=other-{gone}").status_code == 404


def test_a_document_of_others_that_was_taken_back_says_so(pages: Pages) -> None:
    pages.publish(topology.INDEXED, announced("ferry"), announced("ferry", revision=2, retracted=True))
    shown = pages.browser().get("/document?id=ferry").text

    assert "It was taken back" in shown
    assert "It can be found" not in shown
