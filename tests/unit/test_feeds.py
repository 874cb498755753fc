"""What holds for every feed: nothing is lost when a pass is cut short, and what the operator says of its documents."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import pytest

from services.ingest.feed_items import document, document_id, feed_name
from services.ingest.feed_pass import PORTION, Counts
from services.ingest.feeding import follow
from services.ingest.hidden_ids import key_of
from services.ingest.marking import Marking
from services.ingest.ports import BadItem, Bookmark, FeedItem, FeedSource, FeedUnavailableError, Found, Reached
from shared import topology
from shared.jobs.feeding import PortionPublished
from shared.memory.feeds import MemoryFeeds
from shared.messages import DocumentPublished
from tests.builders import NOON, a_document, a_question
from tests.unit.feed_parts import Reader


@dataclass
class GivenFeed:
    """Gives what it was given, and remembers the positions that it was asked from."""

    items: list[Found]
    name: str = "given"
    every_s: float = 1.0
    asked: list[str] = field(default_factory=list)

    def read(self, bookmark: Bookmark) -> Iterator[Found]:
        self.asked.append(bookmark.position)
        yield from self.items


def an_item(name: str = "a", text: str = "x", position: str = "", **changes: object) -> FeedItem:
    return FeedItem(NOON, a_document(document_id=name, text=text, **changes), position)


def test_a_position_is_saved_only_once_the_broker_has_everything_before_it() -> None:
    reader, feed = Reader(refuse=True), GivenFeed([an_item(position="1")])
    with pytest.raises(ConnectionError):
        reader.read(feed)

    reader.refuse = False
    assert len(reader.read(feed)) == 1
    reader.read(feed)
    assert feed.asked == ["", "", "1"]


def test_what_is_published_again_after_a_crash_is_the_same_word_for_word() -> None:
    reader, feed = Reader(refuse=True), GivenFeed([an_item()])
    with pytest.raises(ConnectionError):
        reader.read(feed)
    noted_at = reader.now

    reader.refuse = False
    (published,) = reader.read(feed)
    assert published.first_seen_at == noted_at


def test_a_retraction_that_the_broker_did_not_take_is_not_forgotten() -> None:
    reader, gone = Reader(), FeedItem(NOON, DocumentPublished(document_id="a", op="retract"))
    reader.read(GivenFeed([an_item()]))
    reader.refuse = True
    with pytest.raises(ConnectionError):
        reader.read(GivenFeed([gone]))
    assert reader.state.seen("given", ["a"])["a"].live

    reader.refuse = False
    assert [published.op for published in reader.read(GivenFeed([gone]))] == ["retract"]
    assert not reader.state.seen("given", ["a"])["a"].live


def test_an_item_is_published_once_until_it_changes() -> None:
    reader = Reader()

    counts = [reader.counts(GivenFeed([an_item(text=text)])) for text in ("x", "x", "y", "y", "x")]

    assert [(portion.published, portion.unchanged) for portion in counts] == [(1, 0), (0, 1), (1, 0), (0, 1), (1, 0)]


def test_every_state_of_a_document_goes_out_in_its_order_also_within_one_pass() -> None:
    items: list[Found] = [an_item(text="1"), an_item("b"), an_item(text="2"), an_item(text="1")]

    assert [published.text for published in Reader().read(GivenFeed(items)) if published.document_id == "a"] == [
        "1",
        "2",
        "1",
    ]


def test_a_document_that_others_write_too_goes_on_even_when_it_is_the_same() -> None:
    reader, feed = Reader(), GivenFeed([FeedItem(NOON, a_document(), always=True)])

    first, second = *reader.read(feed), *reader.read(feed)
    assert first == second


def test_bad_items_are_reported_and_the_rest_goes_on() -> None:
    reader = Reader()
    feed = GivenFeed([an_item("a"), BadItem("line 2", "broken", position="2"), an_item("b")])

    counts = reader.counts(feed)

    assert (counts.published, counts.bad, reader.bad) == (2, 1, ["line 2: broken"])
    reader.read(feed)
    assert feed.asked == ["", "2"]


def test_a_document_too_large_for_the_topic_is_reported_and_the_rest_goes_on() -> None:
    reader = Reader()
    feed = GivenFeed([an_item("large", "x" * topology.DOCUMENTS.max_bytes), an_item("small")])

    assert [published.document_id for published in reader.read(feed)] == ["small"]
    assert "can be sent" in reader.bad[0]


def test_a_pass_that_is_told_to_stop_finishes_what_it_has_in_hand() -> None:
    reader, feed = Reader(), GivenFeed([an_item(str(number), position=str(number)) for number in range(3)])

    assert [published.document_id for published in reader.read(feed, stopping=lambda: True)] == ["0"]
    assert len(reader.read(feed)) == 2
    assert feed.asked == ["", "0"]


def test_a_long_feed_is_published_portion_by_portion() -> None:
    reader = Reader()
    items: list[Found] = [an_item(str(number)) for number in range(2 * PORTION + 1)]

    reader.read(GivenFeed([*items, Reached("end")]))

    sizes = [len(event.documents) for event in reader.events if isinstance(event, PortionPublished)]
    assert sizes == [PORTION, PORTION, 1]


def test_source_and_labels_stand_back_where_a_document_has_its_own_and_tags_are_added() -> None:
    reader = Reader(marking=Marking("Desk", ("new",), ("staff",)))
    feed = GivenFeed([an_item("a", source=""), an_item("b", labels=("board",))])

    bare, own = reader.read(feed)

    assert (bare.source, bare.tags, bare.labels) == ("Desk", ("culture", "new"), ("staff",))
    assert (own.source, own.labels) == ("Harrow Vale Wire", ("board",))


def test_under_another_label_everything_is_read_and_published_anew() -> None:
    reader, feed = Reader(), GivenFeed([an_item(), Reached("end")])
    reader.read(feed)
    reader.marking = Marking(labels=("staff",))

    assert [published.labels for published in reader.read(feed)] == [("staff",)]
    assert feed.asked == ["", ""]


def test_a_feed_that_asks_questions_is_for_the_replay() -> None:
    with pytest.raises(ValueError, match="tiltyard replay"):
        Reader().read(GivenFeed([FeedItem(NOON, a_question())]))


def test_what_is_too_long_is_cut_and_broken_text_is_made_sendable() -> None:
    made = document("x", document_id="d", title="t\n" * 3_000, text="a\ud800b", url="u" * 5_000, source="s" * 600)

    assert isinstance(made, DocumentPublished)
    assert (len(made.title), made.text, made.url, len(made.source)) == (2_000, "a?b", "", 512)


def test_a_long_id_stays_different_from_its_neighbour() -> None:
    source = FeedSource("https://news.example/feed")
    name, other = (document_id("rss", source, "x" * 600 + end) for end in "ab")

    assert len(name) == len(other) == 512
    assert name != other


def test_a_name_replaces_the_address_in_position_and_ids() -> None:
    here, there = FeedSource("/a", "handbook"), FeedSource("/b", "handbook")

    assert feed_name("folder", here) == feed_name("folder", there) == "folder handbook"
    assert document_id("folder", here, "x.md") == document_id("folder", there, "x.md")


def test_a_feed_with_labels_hides_what_its_source_calls_an_item() -> None:
    state, source = MemoryFeeds(), FeedSource("https://board.example/feed")
    key = key_of(state, "rss", Marking(labels=("board",)))
    names = [document_id("rss", replace(source, key=key), item) for item in ("/merger", "/merger", "/fees")]

    assert "board" not in names[0]
    assert "merger" not in names[0]
    assert names[0] == names[1] != names[2]
    assert document_id("rss", replace(source, key="another"), "/merger") != names[0], "nobody can confirm a guess"
    assert key_of(state, "rss", Marking()) == key, "also once it has no labels"


def test_a_feed_keeps_the_ids_that_it_began_with() -> None:
    reader, feed = Reader(), GivenFeed([an_item()])
    assert key_of(reader.state, feed.name, Marking()) == ""
    reader.read(feed)

    assert key_of(reader.state, feed.name, Marking(labels=("board",))) == ""


class Clock(threading.Event):
    """A stop signal that writes down how long it was waited for, and comes after so many waits."""

    def __init__(self, waits: int) -> None:
        super().__init__()
        self.left, self.waited = waits, list[float]()

    def wait(self, timeout: float | None = None) -> bool:
        self.waited.append(timeout or 0.0)
        self.left -= 1
        if self.left <= 0:
            self.set()
        return self.is_set()


def test_an_unavailable_feed_is_tried_ever_more_seldom_and_as_it_asks_itself() -> None:
    clock, said = Clock(6), list[str]()
    down, busy = FeedUnavailableError("down"), FeedUnavailableError("busy", 50.0)
    outcomes: Iterator[FeedUnavailableError | Counts] = iter([down, down, down, busy, Counts(), Counts()])

    def read() -> Counts:
        outcome = next(outcomes)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    follow(read, clock, every_s=9, most_s=40, once=False, say=lambda event: said.append(event.event))

    assert clock.waited == [2, 4, 8, 40, 9, 9]
    assert said == ["unavailable"] * 4 + ["read"] * 2 + ["stopped"]


def test_one_pass_over_an_unavailable_feed_fails() -> None:
    def read() -> Counts:
        raise FeedUnavailableError("down")

    with pytest.raises(FeedUnavailableError, match="down"):
        follow(read, threading.Event(), every_s=1, most_s=1, once=True, say=lambda *_: None)
