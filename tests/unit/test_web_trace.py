"""The way of a question or a document on a page: the topics' own places and times, and parts that add up to them."""

import re
from datetime import datetime, timedelta
from html import unescape
from typing import Any

from services.web.pages.trace.bars import WIDTH, bars
from services.web.pages.trace.page import trace_of
from services.web.pages.trace.question_way import Way
from shared import dead_letters, topology
from shared.memory.broker import MemoryBroker
from shared.messages import Message
from shared.records import Position, RawRecord
from shared.topology import AnyTopic
from tests.builders import NOON, a_chunked_document, a_document, a_question, an_answer, evidence
from tests.contests import ARMS, within
from tests.results import a_result, a_scored
from tests.unit.test_web_evidence import AWAY, Away, a_revision, stored
from tests.web import SOMEBODY, Pages, announced

HOSTILE = "<script>alert('x')</script> \u202egnp " + "x" * 300


class Timed:
    """Pages over a broker whose clock stands still between records."""

    def __init__(self) -> None:
        self.now = NOON
        self.pages = Pages(broker=MemoryBroker(now=lambda: self.now))

    def put(self, after_ms: float, topic: AnyTopic, *messages: Message) -> datetime:
        """Append them so long after what came before; when that was."""
        self.now += timedelta(milliseconds=after_ms)
        self.pages.publish(topic, *messages)
        return self.now

    def bury(self, topic: AnyTopic, key: str, reason: str) -> None:
        """As a service does."""
        record = RawRecord(Position(topic.name, 1, 7), key.encode(), b"{}", self.now)
        letter = dead_letters.letter(record, reason, "somebody")
        self.pages.broker.append(letter.topic, letter.key, letter.value, letter.headers)
        self.pages.read()

    def way(self, question: str = "", document: str = "") -> Way:
        return trace_of(self.pages.site, SOMEBODY, question, document).way


def a_whole_question(timed: Timed, **changes: Any) -> None:
    """Asked, searched for, answered by three arms in time, and scored by the deadline."""
    timed.put(0, topology.QUESTIONS, a_question(deadline_s=2, **changes))
    timed.put(50, topology.EVIDENCE, evidence(retrieval_ms=30.0))
    timed.put(100, topology.ANSWERS, an_answer(arm="base", generation_ms=90.0))
    timed.put(200, topology.ANSWERS, an_answer(arm="base+rag", generation_ms=120.0, retrieval_ms=30.0))
    timed.put(5, topology.ANSWERS, an_answer(arm="tuned", generation_ms=9_999.0))
    said = [a_scored(arm) for arm in ("base", "base+rag", "tuned")]
    timed.put(1_700, topology.RESULTS, within(a_result(*said, missing=["tuned+rag"], deadline_s=2, **changes), *ARMS))


def assert_sums(way: Way) -> None:
    for leg in way.legs:
        assert abs(sum(part.ms for part in leg.parts) - leg.took_ms) < 1e-6, leg
    assert way.legs


def test_places_and_times_are_the_topics_own() -> None:
    timed = Timed()
    a_whole_question(timed)
    broker = timed.pages.broker
    topics = (topology.QUESTIONS, topology.EVIDENCE, topology.ANSWERS, topology.RESULTS)
    own = {(record.position, record.appended_at) for topic in topics for record in broker.records(topic.name)}
    way = timed.way("q-1")

    assert {(record.position, record.at) for record in way.records} == own
    assert way.took_ms == 2_055
    page = timed.pages.browser().get("/trace?question=q-1").text
    assert "2025-03-03 12:00:00.050 UTC" in page
    assert "2.1 s from its first record to its last" in page


def test_each_step_is_split_into_queue_and_work_which_add_up_to_it() -> None:
    timed = Timed()
    a_whole_question(timed)
    way = timed.way("q-1")
    assert_sums(way)
    took = {(leg.service, leg.of): [(part.kind, round(part.ms, 3)) for part in leg.parts] for leg in way.legs}

    assert took == {
        ("retriever", "rag"): [("queue", 20.0), ("work", 30.0)],
        ("generator", "base"): [("queue", 60.0), ("work", 90.0)],
        ("generator", "base+rag"): [("queue", 180.0), ("work", 120.0)],  # from its evidence on
        ("generator", "tuned"): [("queue", 0.0), ("work", 355.0)],  # a message cannot tell more than there was
        ("scorer", ""): [("both", 55.0)],  # from the deadline on, since an arm is missing
    }
    page = timed.pages.browser().get("/trace?question=q-1").text
    assert "queue 180 ms, model 120 ms" in page
    assert "No answer by the deadline: tuned+rag." in page
    assert page.count("<svg") == 5
    assert "style=" not in page


def test_a_result_of_which_all_arms_answered_is_counted_from_the_last_answer() -> None:
    timed = Timed()
    timed.put(0, topology.QUESTIONS, a_question())
    for arm in ARMS:
        timed.put(100, topology.ANSWERS, an_answer(arm=arm))
    timed.put(40, topology.RESULTS, within(a_result(*(a_scored(arm) for arm in ARMS)), *ARMS))
    [scorer] = [leg for leg in timed.way("q-1").legs if leg.service == "scorer"]

    assert scorer.took_ms == 40
    assert [part.what for part in scorer.parts] == ["after the last answer"]


def test_an_answer_whose_evidence_is_not_kept_is_counted_from_the_question() -> None:
    timed = Timed()
    timed.put(0, topology.QUESTIONS, a_question())
    timed.put(500, topology.ANSWERS, an_answer(arm="base+rag", generation_ms=100.0, retrieval_ms=50.0))
    way = timed.way("q-1")
    assert_sums(way)

    assert [(part.what, part.ms) for part in way.legs[0].parts] == [("queue", 350), ("search", 50), ("model", 100)]


def test_later_versions_of_a_result_do_not_lengthen_the_scorers_step() -> None:
    timed = Timed()
    a_whole_question(timed)
    first = within(a_result(a_scored("base"), missing=["tuned"], deadline_s=2), *ARMS)
    timed.put(60_000, topology.RESULTS, first.model_copy(update={"result_version": 2}))
    timed.put(60_000, topology.RESULTS, first.model_copy(update={"result_version": 3}))
    way = timed.way("q-1")

    assert [leg.took_ms for leg in way.legs if leg.service == "scorer"] == [55]
    assert [record.what for record in way.records if "result" in record.what] == [
        "result, version 1", "result, version 3",
    ]  # fmt: skip


def test_without_its_first_version_a_result_tells_nothing_of_the_scorer() -> None:
    timed = Timed()
    timed.put(0, topology.QUESTIONS, a_question())
    timed.put(10, topology.ANSWERS, an_answer(arm="base"))
    later = within(a_result(a_scored("base")), *ARMS).model_copy(update={"result_version": 2})
    timed.put(9_000, topology.RESULTS, later)

    assert [leg.service for leg in timed.way("q-1").legs] == ["generator"]


def test_what_is_not_kept_is_said() -> None:
    timed = Timed()
    later = within(a_result(a_scored("base"), asked_at=NOON), *ARMS).model_copy(update={"result_version": 2})
    timed.put(9_000, topology.RESULTS, later)
    page = timed.pages.browser().get("/trace?question=q-1").text
    for said in ("own record is no longer among the newest", "answers of base are no longer", "the newest alone"):
        assert said in page
    assert "not kept here" in page

    timed.put(0, topology.QUESTIONS, a_question(question_id="q-2"))
    assert "No result has come yet." in timed.pages.browser().get("/trace?question=q-2").text


def test_a_document_is_followed_through_ingest_and_embedder() -> None:
    timed = Timed()
    at = timed.put(0, topology.DOCUMENTS, a_document())
    times: dict[str, Any] = {"appended_at": at, "ingested_at": at + timedelta(milliseconds=12)}
    timed.put(20, topology.CHUNKS, a_chunked_document(**times))
    made: dict[str, Any] = {
        "embedded_at": at + timedelta(milliseconds=50),
        "stored_at": at + timedelta(milliseconds=70),
    }
    timed.put(80, topology.INDEXED, announced("story-1", **times, **made))
    way = timed.way(document="story-1")
    assert_sums(way)

    assert [(leg.service, [(part.what, part.kind, part.ms) for part in leg.parts]) for leg in way.legs] == [
        ("ingest", [("until taken in", "both", 12), ("until handed on", "both", 8)]),
        ("embedder", [
            ("until embedded", "both", 30), ("until stored", "work", 20), ("until announced", "both", 30),
        ]),
    ]  # fmt: skip
    assert [record.what for record in way.records] == [
        "document, revision 1", "chunks, revision 1", "announcement, revision 1",
    ]  # fmt: skip
    assert way.took_ms == 100
    assert "news.chunks.v1" in timed.pages.browser().get("/trace?document=story-1").text


def test_revisions_of_a_document_stand_apart_and_a_record_without_one_is_said() -> None:
    timed = Timed()
    for number, retracted in ((1, False), (2, True)):
        at = timed.put(60_000, topology.DOCUMENTS, a_document())
        timed.put(10, topology.CHUNKS, a_chunked_document(revision=number, appended_at=at, ingested_at=at))
        told = announced("story-1", number, appended_at=at, ingested_at=at, stored_at=at, retracted=retracted)
        timed.put(10, topology.INDEXED, told)
    timed.put(10, topology.DOCUMENTS, a_document())
    page = timed.pages.browser().get("/trace?document=story-1").text

    assert_sums(timed.way(document="story-1"))
    for said in ("<h3>Revision 1", "<h3>Revision 2", "announcement, revision 2, a retraction", "Of 1 of its records"):
        assert said in page


def test_a_document_whose_first_records_are_gone_is_told_by_what_came_of_them() -> None:
    timed = Timed()
    at = NOON - timedelta(milliseconds=300)
    told = announced("story-1", appended_at=at, ingested_at=at + timedelta(milliseconds=100), stored_at=NOON)
    timed.put(0, topology.INDEXED, told)
    way = timed.way(document="story-1")
    assert_sums(way)

    assert way.legs[0].service == "ingest and embedder"
    assert way.took_ms == 300
    assert way.records[0].position is None


def test_of_a_document_that_the_topics_no_longer_tell_of_the_store_tells() -> None:
    for documents, status, said in (
        (stored(a_revision("story-1", 3)), 200, "document, revision 3"),
        (stored(a_revision("story-1", 3, retracted=True)), 200, "revision 3, a retraction"),
        (stored(a_revision("mill")), 404, "may be too long ago"),
        (Away(), 404, AWAY),
    ):
        shown = Pages(store=documents).browser().get("/trace?document=story-1")
        assert (shown.status_code, said in shown.text) == (status, True)


def test_every_link_of_a_trace_leads_somewhere() -> None:
    timed = Timed()
    a_whole_question(timed)
    timed.bury(topology.QUESTIONS, "unread", "text: a question needs words")
    timed.put(0, topology.DOCUMENTS, a_document(document_id="a/b?c&d"))
    timed.put(0, topology.INDEXED, announced("told"))
    browser = timed.pages.browser()
    for params in ({"question": "q-1"}, {"question": "unread"}, {"document": "a/b?c&d"}, {"document": "told"}):
        page = browser.get("/trace", params=params)
        assert page.status_code == 200
        links = re.findall(r'href="(/(?:question|document)[^"]+)"', page.text)
        assert [browser.get(unescape(link)).status_code for link in links] == [200] * len(links)
        assert len(links) == (params.get("question") == "q-1" or params.get("document") == "told")


def test_a_dead_letter_stands_on_the_trace_of_its_question_or_document_with_its_reason() -> None:
    timed = Timed()
    a_whole_question(timed)
    timed.bury(topology.EVIDENCE, "q-1", "items: <b>too</b> many")
    timed.bury(topology.QUESTIONS, "unread", "text: a question needs words")
    timed.bury(topology.CHUNKS, "story-1", "chunks: two stand at one position")
    browser = timed.pages.browser()
    for address, reason, place in (
        ("/trace?question=q-1", "items: &lt;b&gt;too&lt;/b&gt; many", "qa.evidence.v1[1]@7"),
        ("/trace?question=unread", "text: a question needs words", "qa.questions.v1[1]@7"),
        ("/trace?document=story-1", "chunks: two stand at one position", "news.chunks.v1[1]@7"),
    ):
        page = browser.get(address).text
        assert reason in page
        assert place in page
        assert "buried by somebody" in page
        assert page.count('id="letter-') == 1
    [letter] = browser.get("/api/trace?question=q-1").json()["letters"]
    assert set(letter) == {"position", "origin", "service", "reason", "buried_at"}, "nothing of its bytes"
    assert letter["origin"] == ["qa.evidence.v1", 1, 7]


def test_of_many_dead_letters_those_buried_last_are_shown() -> None:
    timed = Timed()
    for number in range(60):
        timed.bury(topology.QUESTIONS, "q-1", f"reason {number}")
    page = timed.pages.browser().get("/trace?question=q-1").text

    assert "60 dead letters" in page
    assert page.count('id="letter-') == 50
    assert "reason 59<" in page
    assert "reason 9<" not in page


def test_a_trace_leads_to_nothing_of_a_question_with_labels() -> None:
    timed = Timed()
    timed.put(0, topology.QUESTIONS, a_question(labels=("board",), text="Zephrandel?"))
    timed.bury(topology.EVIDENCE, "q-1", "items: too many")
    for address in ("/trace?question=q-1", "/api/trace?question=q-1", "/trace?document=gone"):
        refused = timed.pages.browser().get(address)
        assert refused.status_code == 404
        assert "Zephrandel" not in refused.text
        assert "too many" not in refused.text


def test_exactly_one_thing_is_traced() -> None:
    for address in ("/trace", "/trace?question=a&document=b"):
        assert Pages().browser().get(address).status_code == 422


def test_two_clicks_lead_from_an_answer_to_its_trace() -> None:
    timed = Timed()
    a_whole_question(timed)
    browser = timed.pages.browser()

    assert 'href="/trace?question=q-1"' in browser.get("/question?id=q-1").text
    assert 'href="/trace?question=q-1"' in browser.get("/evidence?question=q-1&arm=base").text


def test_what_strangers_write_is_text() -> None:
    timed = Timed()
    question = a_question(question_id=HOSTILE, text=HOSTILE)
    timed.put(0, topology.QUESTIONS, question)
    timed.put(5, topology.EVIDENCE, evidence(question=question, recipe=HOSTILE))
    timed.put(5, topology.ANSWERS, an_answer(question_id=HOSTILE, arm=HOSTILE[:64]))
    timed.put(0, topology.DOCUMENTS, a_document(document_id=HOSTILE))
    timed.bury(topology.CHUNKS, HOSTILE, HOSTILE)
    for params in ({"question": HOSTILE}, {"document": HOSTILE}):
        page = timed.pages.browser().get("/trace", params=params)
        assert page.status_code == 200
        assert "<script>alert" not in page.text
        assert "alert" in page.text


def test_bars_stay_within_the_drawing_also_where_clocks_differ() -> None:
    timed = Timed()
    at = timed.put(0, topology.DOCUMENTS, a_document())
    skewed: dict[str, Any] = {"appended_at": at, "ingested_at": at + timedelta(seconds=9)}
    timed.put(20, topology.CHUNKS, a_chunked_document(**skewed))
    timed.put(20, topology.INDEXED, announced("story-1", **skewed, stored_at=at - timedelta(seconds=9)))
    drawn = bars(timed.way(document="story-1").legs)
    assert_sums(timed.way(document="story-1"))

    pieces = [piece for bar in drawn for piece in bar.pieces]
    assert pieces
    assert all(piece.x >= 0 and piece.width > 0 and piece.x + piece.width <= WIDTH + 1 for piece in pieces)
    assert re.search(r'<rect class="both"', timed.pages.browser().get("/trace?document=story-1").text)
