"""What is remembered of feeds: memory and Cassandra keep the same promises."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from shared.cassandra.feeds import CassandraFeeds
from shared.feed_state import Seen, to_the_millisecond
from shared.memory.feeds import MemoryFeeds
from tests.builders import NOON


@pytest.fixture(params=["memory", pytest.param("cassandra", marks=pytest.mark.e2e)])
def state(request: pytest.FixtureRequest) -> Any:
    return MemoryFeeds() if request.param == "memory" else CassandraFeeds(request.getfixturevalue("store"))


@pytest.fixture
def feed() -> str:
    return f"rss https://news.example/{uuid4()}"


def test_a_feed_that_was_never_read_stands_at_its_start(state: Any, feed: str) -> None:
    assert state.position(feed) == ""
    assert state.seen(feed, ["a"]) == {}
    assert list(state.all(feed)) == []


def test_the_last_position_is_kept_for_each_feed_alone(state: Any, feed: str) -> None:
    state.advance(feed, '{"offset": 1}')
    state.advance(feed, '{"offset": 2}')
    state.advance(f"{feed}/other", '{"offset": 9}')

    assert state.position(feed) == '{"offset": 2}'


def test_what_a_feed_gave_is_found_as_it_was_last_remembered(state: Any, feed: str) -> None:
    seen_at = to_the_millisecond(datetime.now(UTC))
    noted = Seen("f1", "s1", seen_at)
    published = Seen("f1", "s1", seen_at, published=True)
    state.remember(feed, {"a": noted, "b": noted})
    state.remember(feed, {"a": published})

    assert state.seen(feed, ["a", "b", "c", "a"]) == {"a": published, "b": noted}
    assert state.seen(f"{feed}/other", ["a"]) == {}


def test_all_that_a_feed_gave_is_listed_however_much_it_is(state: Any, feed: str) -> None:
    given = {f"document {number} ü": Seen(str(number), "", NOON + timedelta(seconds=number)) for number in range(100)}
    state.remember(feed, given)
    state.remember(f"{feed}/other", {"x": Seen("x", "", NOON)})

    assert dict(state.all(feed)) == given


def test_nothing_to_remember_is_no_error(state: Any, feed: str) -> None:
    state.remember(feed, {})

    assert state.seen(feed, []) == {}
