"""What an answer read, on a page: each passage with its words and its marks, and no citation leads nowhere."""

import re
from collections.abc import Iterable, Mapping
from datetime import timedelta
from html import unescape
from typing import Any

import pytest

from services.web.live.revisions import MOST_RECORDS, Revisions
from services.web.live.searches import MOST_SEARCHES
from services.web.live.shares import shares
from services.web.pages.evidence.page import PASSAGES, PROMPT_NOT_KEPT
from services.web.settings import WebSettings
from services.web.signing.people import Person
from shared import topology
from shared.memory.documents import MemoryDocuments
from shared.messages import Answer, EvidenceItem, Found, Presentation, Revision
from shared.records import Position, effect
from shared.retention import Retention
from shared.stored import Disposition, TakenDocument
from tests.builders import (
    NOON,
    a_chunked_document,
    a_document,
    a_question,
    a_raw_record,
    a_record,
    an_answer,
    an_evidence_item,
    evidence,
    store,
)
from tests.contests import ARMS, a_contest, within
from tests.results import a_result, a_scored
from tests.web import Pages, Signed, announced

HOSTILE = "<script>alert('x')</script> \u202egnp \u0645\u062a\u0649 " + "x" * 300
AWAY = "the store does not answer at the moment"
PAGE = "/evidence?question=q-1&arm=base%2Brag"


class Away:
    """A store that does not answer."""

    def latest(self, document_ids: Iterable[str]) -> Mapping[str, Revision]:
        """Raises ConnectionError."""
        del document_ids
        raise ConnectionError(AWAY)


def an_item(name: str, rank: int = 1, **changes: Any) -> EvidenceItem:
    given = {"chunk_id": f"{name}:1:0", "document_id": name, "title": f"About {name}", "text": f"Words of {name}."}
    return an_evidence_item(**given | {"rank": rank} | changes)


def having_read(*items: EvidenceItem, **changes: Any) -> Answer:
    """An answer with these passages in its prompt."""
    given = {
        "question_id": "q-1",
        "evidence": tuple(item.chunk_id for item in items),
        "evidence_titles": tuple(item.title for item in items),
        "evidence_texts": tuple(item.text for item in items),
        "evidence_labels": tuple(item.labels for item in items),
    }
    return an_answer(**given | changes)


def asked(pages: Pages, answer: Answer | None, *items: EvidenceItem, **changes: Any) -> None:
    """A question for which these were found, and its answer."""
    question = changes.pop("question", a_question())
    pages.publish(topology.QUESTIONS, question)
    pages.publish(topology.EVIDENCE, evidence(question=question, items=items, **changes))
    if answer is not None:
        pages.publish(topology.ANSWERS, answer)


def stored(*revisions: Revision, keep: Retention | None = None) -> MemoryDocuments:
    """A store with these."""
    documents = MemoryDocuments(keep or Retention())
    for revision in revisions:
        chunked = a_chunked_document(**revision.model_dump(exclude={"version"}))
        disposition = Disposition(Position("t", 0, 0), "revision", revision.document_id, revision.revision)
        store([effect(a_record(a_document()), TakenDocument(disposition, chunked, "words"))], documents)
    return documents


def a_revision(name: str, revision: int = 1, **changes: Any) -> Revision:
    at = dict.fromkeys(("published_at", "first_seen_at", "appended_at", "ingested_at"), NOON)
    return Revision.model_validate({"document_id": name, "revision": revision, "content_hash": "c", **at, **changes})


@pytest.fixture
def pages() -> Pages:
    return Pages()


def test_each_passage_has_its_words_its_origin_and_its_place_on_every_list(pages: Pages) -> None:
    lists = {"bm25": Found(rank=7, score=12.5), "recency": Found(rank=1, score=0.25)}
    read = an_item("ferry", found_by=lists, text="The ferry sails at noon. It is blue.", source="Desk")
    answer = having_read(read, evidence_texts=("The ferry sails at noon.",), citations=("ferry:1:0",))
    asked(pages, answer, read, search="weighted", ranker="recency", encoder="minilm")
    page = pages.browser().get(PAGE).text

    for said in ("About ferry", "The ferry sails at noon.", "Desk", "revision 1", "cited", "search weighted",
                 "then recency", "encoder minilm", "on 2 lists", "published"):  # fmt: skip
        assert said in page
    assert "It is blue" not in page, "the words as they were shown to the arm"
    assert re.search(r'bm25</th><td class="number">7</td><td class="number">12.5<', page)


def test_a_document_that_was_corrected_since_never_shows_its_old_words_without_the_mark(pages: Pages) -> None:
    asked(pages, having_read(an_item("ferry")), an_item("ferry"))
    pages.publish(topology.INDEXED, announced("ferry"))
    assert "revision 1, which stands" in pages.browser().get(PAGE).text

    pages.publish(topology.INDEXED, announced("ferry", revision=2))
    for address in (PAGE, "/question?id=q-1"):
        page = pages.browser().get(address).text
        assert page.index("Corrected since: revision 2 stands now.") < page.index("Words of ferry.")


def test_a_document_that_was_taken_back_since_is_marked(pages: Pages) -> None:
    asked(pages, having_read(an_item("ferry")), an_item("ferry"))
    pages.publish(topology.INDEXED, announced("ferry"), announced("ferry", revision=2, retracted=True))

    for address in (PAGE, "/question?id=q-1"):
        assert "Retracted since" in pages.browser().get(address).text
    [passage] = pages.browser().get(f"/api{PAGE}").json()["read"]
    assert (passage["mark"]["state"], passage["mark"]["revision"]) == ("retracted", 2)


def test_an_announcement_that_is_repeated_undoes_no_correction(pages: Pages) -> None:
    asked(pages, having_read(an_item("ferry")), an_item("ferry"))
    pages.publish(topology.INDEXED, announced("ferry", revision=2), announced("ferry"))

    assert "Corrected since" in pages.browser().get(PAGE).text


def test_of_older_documents_the_store_tells_what_became_of_them() -> None:
    clock = [NOON]
    expired = stored(a_revision("ferry"), keep=Retention(days=1, now=lambda: clock[0]))
    clock[0] += timedelta(days=30)
    for documents, said in (
        (stored(a_revision("ferry")), "revision 1, which stands"),
        (stored(a_revision("ferry"), a_revision("ferry", 3)), "Corrected since: revision 3 stands now."),
        (stored(a_revision("ferry", 2, retracted=True)), "Retracted since"),
        (expired, "Left the store since"),
        (stored(a_revision("mill")), "is not known here: the store knows no such document"),
        (Away(), f"is not known here: {AWAY}"),
    ):
        pages = Pages(store=documents)
        asked(pages, having_read(an_item("ferry")), an_item("ferry"))
        page = pages.browser().get(PAGE).text
        assert said in page
        assert "Words of ferry." in page


def test_a_passage_of_a_later_revision_than_the_topic_tells_of_does_not_pass_for_standing() -> None:
    pages = Pages(store=stored(a_revision("ferry", 4)))
    item = an_item("ferry", chunk_id="ferry:3:0", revision=3)
    asked(pages, having_read(item), item)
    pages.publish(topology.INDEXED, announced("ferry", revision=2))

    assert "Corrected since: revision 4 stands now." in pages.browser().get(PAGE).text


def test_the_store_is_not_asked_about_what_the_topic_tells() -> None:
    pages = Pages(store=Away())
    asked(pages, having_read(an_item("ferry")), an_item("ferry"))
    pages.publish(topology.INDEXED, announced("ferry"))

    assert AWAY not in pages.browser().get(PAGE).text


def test_a_question_page_marks_a_passage_of_which_the_topic_says_nothing(pages: Pages) -> None:
    asked(pages, having_read(an_item("ferry")), an_item("ferry"))
    page = pages.browser().get("/question?id=q-1").text

    assert page.index("Whether this still stands is not known here") < page.index("Words of ferry.")


def test_a_stale_search_is_said(pages: Pages) -> None:
    asked(pages, having_read(an_item("ferry")), an_item("ferry"), stale=True)

    assert "Stale:" in pages.browser().get(PAGE).text


def test_what_was_found_and_not_used_says_why_as_far_as_it_is_known(pages: Pages) -> None:
    items = an_item("ferry"), an_item("mill", 2), an_item("fair", 3)
    wished = a_question(presentation=Presentation(passages=1))
    for answer, question, why in (
        (having_read(items[0]), wished, "The question wished for the best 1."),
        (having_read(items[0]), a_question(), "It ranks behind those for which the prompt had room"),
        (having_read(items[1]), a_question(), "Why it was left out is not told."),
        (having_read(status="failed", failure="deadline passed"), a_question(), "No passage was put to the model."),
        (None, a_question(), "No answer has come yet."),
    ):
        pages = Pages()
        asked(pages, answer, *items, question=question)
        unused = pages.browser().get(f"/api{PAGE}").json()["unused"]
        assert all(passage["why"].startswith(why) for passage in unused)
        assert len(unused) == 3 - len(answer.evidence if answer else ())


def test_a_passage_with_labels_is_told_as_one_and_as_nothing_else() -> None:
    items = an_item("ferry"), an_item("secret", 2, title="Zephrandel", text="Quorvalike.", labels=("board",))
    unused = an_item("veiled", 3, title="Xuthmirage", source="Vellaroque", labels=("board",))
    answer = having_read(*items, text="Zephrandel", citations=("ferry:1:0", "secret:1:0"))
    for person, may in ((None, False), (Person("p", "v", "reader", ("board",)), True)):
        pages = Pages() if person is None else Pages(signing=Signed(person))
        asked(pages, answer, *items, unused)
        browser = pages.browser()
        for address in (PAGE, f"/api{PAGE}", "/question?id=q-1"):
            page = browser.get(address).text
            words = ("Zephrandel", "Quorvalike", "secret:1:0", "Xuthmirage", "Vellaroque", "veiled")
            assert any(word in page for word in words) is may, address
        page = browser.get(PAGE).text
        assert page.count("A passage with labels that you may not see") == (0 if may else 2)
        assert "Words of ferry." in page
        assert ('class="tag">cited' in page) is may, "what an answer cites is part of it"
        assert 'id="passage-2"' in page


def test_what_strangers_write_is_text(pages: Pages) -> None:
    name = f"{HOSTILE[:60]}&#?"
    item = an_item(name, title=HOSTILE, text=HOSTILE, source=HOSTILE, found_by={HOSTILE: Found(rank=1, score=1.0)})
    answer = having_read(item, model=HOSTILE, backend=HOSTILE, prompt_version=HOSTILE, citations=(item.chunk_id,))
    asked(pages, answer, item, search=HOSTILE, searched_for=HOSTILE, note=HOSTILE, question=a_question(text=HOSTILE))
    pages.publish(topology.INDEXED, announced(name, revision=2))
    page = pages.browser().get(PAGE).text

    assert "Corrected since" in page
    assert "<script>alert" not in page
    [link] = set(re.findall(r'href="(/trace\?document=[^"]+)"', page))
    assert pages.browser().get(unescape(link)).status_code == 200


def test_when_what_was_found_has_left_memory_the_answers_own_words_are_shown(pages: Pages) -> None:
    pages.publish(topology.QUESTIONS, a_question())
    pages.publish(topology.ANSWERS, having_read(an_item("ferry"), citations=("ferry:1:0",)))
    shown = pages.browser().get(PAGE)

    assert shown.status_code == 200
    assert "What was found has left memory" in shown.text
    assert "Words of ferry." in shown.text


def test_where_nothing_is_left_the_page_says_so_and_is_not_found(pages: Pages) -> None:
    scored = a_scored("base+rag", question_id="q-1", evidence=("ferry:1:0",), citations=("ferry:1:0",))
    pages.publish(topology.RESULTS, within(a_result(scored, question_id="q-1"), *ARMS))
    browser = pages.browser()
    for address, said in (
        (PAGE, "has left memory, and this answer carries no words"),
        ("/evidence?question=q-0&arm=base", "may be too long ago, or not for you"),
        ("/evidence?question=q-1&arm=nobody", "no arm of this name"),
    ):
        for prefix in ("", "/api"):
            shown = browser.get(prefix + address)
            assert shown.status_code == 404
            assert said.casefold() in shown.text.casefold()
    assert 'id="passage-1"' in browser.get(PAGE).text, "the citation still leads to what is left of it"


def test_of_an_arm_that_reads_nothing_the_page_says_so(pages: Pages) -> None:
    pages.publish(topology.QUESTIONS, a_question())
    pages.publish(topology.ANSWERS, an_answer(arm="base"))

    assert "answers from memory" in pages.browser().get("/evidence?question=q-1&arm=base").text


def test_whole_documents_have_no_words_in_any_message_and_the_page_says_so(pages: Pages) -> None:
    contest = a_contest("base", "base+cag")
    scored = a_scored("base+cag", question_id="q-1", evidence=("ferry:1:0",), evidence_titles=("Ferry",))
    result = a_result(scored, question_id="q-1").model_copy(update={"contest": contest.taken})
    pages.publish(topology.RESULTS, result)
    shown = pages.browser().get("/evidence?question=q-1&arm=base%2Bcag")

    assert shown.status_code == 200
    assert "This arm reads the newest documents" in shown.text


def test_each_arm_is_shown_what_its_own_recipe_found(pages: Pages) -> None:
    pages.publish(topology.QUESTIONS, a_question())
    first, second = an_item("ferry", source="First"), an_item("ferry", source="Second")
    pages.publish(topology.EVIDENCE, evidence(items=(first,)), evidence(items=(second,), recipe="other"))
    pages.publish(topology.ANSWERS, having_read(first))

    page = pages.browser().get(PAGE).text
    assert "First" in page
    assert "Second" not in page


def test_the_prompt_is_not_made_up(pages: Pages) -> None:
    asked(pages, having_read(an_item("ferry"), prompt_version="rag.v7", prompt_tokens=1_312), an_item("ferry"))
    page = unescape(pages.browser().get(PAGE).text)

    for said in (PROMPT_NOT_KEPT.format(given=PASSAGES), "rag.v7", "1,312 tokens"):
        assert said in page
    pages.publish(topology.ANSWERS, an_answer(arm="base"), an_answer(arm="tuned", status="skipped", failure="why"))
    assert PROMPT_NOT_KEPT.format(given="the question") in pages.browser().get("/evidence?question=q-1&arm=base").text
    assert "The prompt" not in pages.browser().get("/evidence?question=q-1&arm=tuned").text


def test_no_citation_of_five_hundred_answers_leads_nowhere() -> None:
    pages = Pages(settings=WebSettings(questions=200))
    names = [f"q/{number}?&#" for number in range(125)]
    for number, name in enumerate(names):
        question = a_question(question_id=name)
        items = [an_item(f"d{number}:x {at}", at, document_id=f"d{number}:x {at}") for at in range(1, 5)]
        pages.publish(topology.QUESTIONS, question)
        if number % 3:
            pages.publish(topology.EVIDENCE, evidence(question=question, items=items))
        strays = ("nowhere", "other:1:0") if number % 5 == 0 else ()
        cites = (*(item.chunk_id for item in items[:: 1 + number % 2]), *strays)
        for arm in ARMS:
            answer = having_read(*items[: number % 5], question_id=name, arm=arm, citations=cites)
            pages.publish(topology.ANSWERS, answer)
    browser, seen, followed = pages.browser(), dict[str, str](), 0
    for name in names:
        cards = browser.get("/question", params={"id": name}).text.split("<article")[1:]
        assert [bool(re.search(r"#passage-\d+", card)) for card in cards] == [True] * len(ARMS)
        for link in re.findall(r'href="(/evidence[^"]+#passage-\d+)"', "".join(cards)):
            address, _, anchor = unescape(link).partition("#")
            if address not in seen:
                seen[address] = browser.get(address).text
            assert seen[address].count(f'id="{anchor}"') == 1
            followed += 1
    assert len(seen) == 500
    assert followed > 1_500


def test_memory_of_what_was_found_has_a_bound() -> None:
    pages = Pages(settings=WebSettings(memory_mib=16))
    for number in range(60):
        question = a_question(question_id=f"q-{number}")
        items = tuple(an_item(f"d{at}", at + 1, text="x" * 50_000) for at in range(4))
        found = evidence(question=question, items=items, asked_at=NOON + timedelta(seconds=number))
        pages.publish(topology.EVIDENCE, found)
    kept = [number for number in range(60) if pages.site.searches.of(f"q-{number}")]
    assert 8 < len(kept) < 14
    assert kept[-1] == 59

    pages.publish(topology.EVIDENCE, *(evidence(recipe=f"r-{at}") for at in range(50)))
    assert len(pages.site.searches.of("q-1")) == MOST_SEARCHES


def test_memory_of_documents_has_a_bound() -> None:
    revisions = Revisions(shares(16), most=10)
    for number in range(25):
        told = announced(f"d-{number}").model_dump_json().encode()
        revisions.take(a_raw_record(told, topic=topology.INDEXED.name, offset=number))
    for number in range(MOST_RECORDS + 9):
        revisions.take(a_raw_record(b"{", topic=topology.DOCUMENTS.name, offset=number, key=b"d-24"))
    revisions.take(a_raw_record(b"{", topic=topology.DOCUMENTS.name, key=b"x" * 9_999))

    assert [name for name in range(25) if revisions.of(f"d-{name}")] == [*range(15, 25)]
    assert len(revisions.of("d-24")) == MOST_RECORDS
    assert revisions.of("x" * 9_999) == ()
