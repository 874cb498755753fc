"""What is on its way, and how far services are behind, on the page and as JSON."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from services.web.live import on_the_way
from services.web.live.on_the_way import OnTheWay
from services.web.live.pieces import Shown
from services.web.live.refreshed import Refreshed
from services.web.pages.streams import QUIET, kept_up
from shared import dead_letters, topology
from shared.lags import Behind, Lags, Place, absent, behind
from shared.memory.broker import MemoryBroker, MemorySource
from shared.records import Position, RawRecord
from tests.builders import NOON, a_chunked_document, a_document
from tests.web import SOMEBODY, Pages, announced, shows

AGO = NOON - timedelta(minutes=9)
TOPIC = topology.DOCUMENTS.name


class Clock:
    """What time the broker takes records at."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def pages(clock: Clock) -> Pages:
    return Pages(MemoryBroker(partitions=1, now=clock))


def commit(pages: Pages, group: str, topic: topology.AnyTopic) -> None:
    """As a service that has handled all that is there."""
    source = MemorySource(pages.broker, [topic], group)
    source.commit(source.poll(1_000, 0.0))


def waiting(pages: Pages) -> list[tuple[str, str, str]]:
    pages.site.lags = Refreshed(pages.site.lagging.look, every_s=0.0)
    told = pages.browser().get("/api/freshness").json()["waiting"]
    assert told["count"] == len(told["items"])
    return [(of["document_id"], of["published_at"], of["waits_for"]) for of in told["items"]]


def test_nothing_is_on_its_way_on_topics_that_are_empty(pages: Pages) -> None:
    page = pages.browser().get("/freshness").text

    assert "Nothing is on its way." in page
    assert "Not running: ingest" in page


def test_documents_wait_with_the_topics_own_times_the_oldest_first(pages: Pages, clock: Clock) -> None:
    pages.publish(topology.DOCUMENTS, a_document(document_id="late"))
    clock.now = AGO
    pages.publish(topology.DOCUMENTS, a_document(document_id="early"))

    assert waiting(pages) == [("early", "2025-03-03T11:51:00Z", "ingest"), ("late", "2025-03-03T12:00:00Z", "ingest")]
    page = pages.browser().get("/freshness").text
    assert 'datetime="2025-03-03T11:51:00+00:00"' in page
    assert page.index(">early</a></th>") < page.index(">late</a></th>")


def test_an_announcement_of_the_newest_record_ends_its_way(pages: Pages, clock: Clock) -> None:
    pages.publish(topology.DOCUMENTS, a_document(document_id="d"))
    pages.publish(topology.INDEXED, announced("d", appended_at=AGO))
    assert [name for name, *_ in waiting(pages)] == ["d"], "that was of an earlier record"

    pages.publish(topology.INDEXED, announced("d", revision=2))
    assert waiting(pages) == []
    clock.now = NOON + timedelta(seconds=1)
    pages.publish(topology.DOCUMENTS, a_document(document_id="d"))
    assert [name for name, *_ in waiting(pages)] == ["d"]


def test_an_announcement_that_is_read_before_its_document_counts(pages: Pages) -> None:
    pages.publish(topology.INDEXED, announced("d"))
    pages.publish(topology.DOCUMENTS, a_document(document_id="d"))

    assert waiting(pages) == []


def test_a_refused_document_is_on_no_way(pages: Pages) -> None:
    pages.publish(topology.DOCUMENTS, a_document(document_id="d"), a_document(document_id="e"))
    first, second = pages.broker.records(TOPIC)
    for record in (first, RawRecord(Position(TOPIC, 0, 99), second.key, second.value, NOON)):
        letter = dead_letters.letter(record, "no", "ingest")
        pages.broker.append(letter.topic, letter.key, letter.value, letter.headers)
    pages.read()

    assert [name for name, *_ in waiting(pages)] == ["e"], "the second letter is of another record"


def test_who_a_document_waits_for_follows_from_what_services_have_committed(pages: Pages) -> None:
    pages.publish(topology.DOCUMENTS, a_document(document_id="d"))
    commit(pages, "ingest", topology.DOCUMENTS)
    pages.broker.publish(topology.CHUNKS, a_chunked_document(document_id="d"))
    pages.broker.committed["embedder", topology.CHUNKS.name, 0] = 0
    assert [by for *_, by in waiting(pages)] == ["embedder"]

    commit(pages, "embedder", topology.CHUNKS)
    assert waiting(pages) == [], "it said nothing new, so that nothing will be announced"


def test_each_service_is_behind_by_records_and_by_the_age_of_the_first(pages: Pages, clock: Clock) -> None:
    clock.now = datetime.now(UTC) - timedelta(seconds=100)
    pages.publish(topology.DOCUMENTS, a_document(document_id="d"), a_document(document_id="e"))
    pages.broker.committed["ingest", TOPIC, 0] = 0
    [of] = pages.browser().get("/api/freshness").json()["behind"]

    assert (of["service"], of["topic"], of["records"]) == ("ingest", TOPIC, 2)
    assert of["seconds"] == pytest.approx(100, abs=20)
    page = pages.browser().get("/freshness").text
    assert '<td class="number">2</td>' in page
    assert "Not running: embedder" in page


def test_where_the_broker_does_not_say_the_page_says_so(pages: Pages) -> None:
    def away() -> Lags:
        raise ConnectionError("the broker does not say")

    pages.publish(topology.DOCUMENTS, a_document(document_id="d"))
    pages.site.lags = Refreshed(away, every_s=5.0)
    page = pages.browser().get("/freshness").text

    assert "Not known: the broker does not say" in page
    assert "not announced" in page
    assert pages.browser().get("/api/freshness").json()["as_of"] is None


def test_hostile_ids_are_shown_as_text_and_endless_ones_not_at_all(pages: Pages) -> None:
    for key in (b"<script>alert(1)</script>", "متى".encode(), b"\xff\xfe", b"x" * 100_000, b"", None):
        pages.broker.append(TOPIC, key, b"{}")
    pages.read()
    page = pages.browser().get("/freshness").text

    assert "<script>alert" not in page
    assert "4 documents" not in page
    assert "3 documents published" in page


def test_no_more_documents_are_remembered_than_the_newest() -> None:
    way = OnTheWay(10_000_000, most=3)
    for at in range(9):
        way.published(RawRecord(Position(TOPIC, 0, at), f"d{at}".encode(), b"", NOON + timedelta(seconds=at)))
        way.announced(announced(f"other-{at}"))

    assert [known.document_id for known in way.oldest(None)] == ["d6", "d7", "d8"]
    assert on_the_way.MOST == 5_000


def test_thousands_on_their_way_are_counted_and_a_few_shown(pages: Pages) -> None:
    for at in range(3_000):
        pages.broker.append(TOPIC, f"d{at:04}".encode(), b"{}")
    pages.read()
    page = pages.browser().get("/freshness").text

    assert "3,000 documents published and not announced; the 10 published first" in page
    assert page.count("waits for ingest") == 10


def test_lags_are_added_up_over_partitions_within_what_is_kept() -> None:
    committed = {Place("g", "t", 0): 3, Place("g", "t", 1): 0, Place("h", "t", 0): 12}
    kept = {("t", 0): (5, 10), ("t", 1): (0, 2)}
    oldest = {Place("g", "t", 0): NOON, Place("g", "t", 1): AGO}

    assert behind(committed, kept, oldest) == (Behind("g", "t", 7, AGO), Behind("h", "t", 0, None))


def test_a_worker_of_a_service_is_enough_for_it_to_be_at_work() -> None:
    assert absent(["ingest", "embedder", "retriever", "generator-base"]) == ["scorer"]


def test_a_value_is_made_only_while_somebody_looks_and_seldom_enough() -> None:
    clock, made = [0.0], list[int]()
    versions = [1]

    def make() -> int:
        made.append(len(made))
        clock[0] += 3.0 if len(made) == 3 else 0.0
        return made[-1]

    of = Refreshed(make, every_s=2.0, version=lambda: versions[0], clock=lambda: clock[0])
    assert (of.value, made) == (None, [])
    assert [of.refresh(), of.refresh(), of.value] == [1, 1, 0]
    clock[0], versions[0] = 1.0, 2
    assert of.refresh() == 1, "too soon"
    clock[0] = 2.0
    assert of.refresh() == 2
    clock[0], versions[0] = 4.0, 3
    assert of.refresh() == 3
    clock[0], versions[0] = 9.0, 4
    assert of.refresh() == 3, "the last took 3 s, so that as long passes before the next"
    clock[0] = 10.0
    assert of.refresh() == 4


def test_a_value_that_cannot_be_made_says_why_and_the_last_one_stays() -> None:
    answers: list[int | ConnectionError] = [1, ConnectionError("away"), 2]

    def make() -> int:
        answer = answers.pop(0)
        if isinstance(answer, ConnectionError):
            raise answer
        return answer

    of = Refreshed(make, every_s=0.0, clock=lambda: 0.0)
    told = []
    for _ in range(3):
        of.refresh()
        told.append((of.value, of.why))
    assert told == [(1, ""), (1, "away"), (2, "")]


def test_an_open_page_is_made_anew_when_the_refreshed_value_is_another(pages: Pages) -> None:
    made, count = list[int](), [1]

    def piece() -> Shown:
        made.append(count[0])
        return Shown(f"piece {count[0]}")

    async def shown() -> list[bytes]:
        stream = kept_up(pages.site, SOMEBODY, shows(piece), name="x", refresh=lambda: count[0], every_s=0.001)
        events = list[bytes]()
        while b"piece 1" not in b"".join(events) or events[-1] != QUIET:
            events.append(await anext(stream))
        count[0] = 2
        while b"piece 2" not in events[-1]:
            events.append(await anext(stream))
        await stream.aclose()
        return [event for event in events if event != QUIET]

    assert asyncio.run(asyncio.wait_for(shown(), 30.0)) == [b"data: piece 1\n\n", b"data: piece 2\n\n"]
    assert made == [1, 2], "a piece that says the same is not made again"


def test_nobody_is_asked_how_far_services_are_while_nobody_looks(pages: Pages) -> None:
    pages.publish(topology.DOCUMENTS, *(a_document(document_id=f"d{at}") for at in range(50)))
    pages.browser().get("/standings")
    assert pages.site.lags.count == 0

    for _ in range(9):
        pages.browser().get("/freshness")
    assert pages.site.lags.count == 1, "once for all who look within some seconds"


def test_the_page_says_since_when_its_percentiles_are(pages: Pages, clock: Clock) -> None:
    clock.now = AGO
    pages.publish(topology.INDEXED, announced("early"))
    clock.now = NOON
    pages.publish(topology.INDEXED, announced("late"))

    assert 'since <time datetime="2025-03-03T11:51:00+00:00"' in pages.browser().get("/freshness").text
