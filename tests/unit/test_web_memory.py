"""What the pages keep of strangers' records takes no more memory than the setting says, measured and not estimated."""

import gc
import tracemalloc
from collections.abc import Iterator
from itertools import chain

import pytest

from services.web.live import kept
from services.web.live.kept import Kept
from services.web.live.shares import PERCENT, MiB, shares
from services.web.live.site import FOLLOWED
from services.web.live.sizes import size_of
from services.web.settings import WebSettings
from shared import topology
from shared.messages.schema import Message
from shared.records import RawRecord
from tests import large
from tests.web import Pages

MEMORY_MIB = 16
FAR_BEYOND = {
    "qa.votes.v1": 600, "qa.answers.v1": 40, "qa.results.v1": 40, "ops.actions.v1": 5, "qa.reviews.v1": 200,
    "news.indexed.v1": 800,
}  # fmt: skip
"""How many of a topic take more than its share; 100 of another."""


def flood() -> Iterator[RawRecord]:
    """Of every topic more than there is room for."""
    of_topics = (large.records(topic, FAR_BEYOND.get(topic.name, 100)) for topic in FOLLOWED)
    return chain(*of_topics, large.letters(20))


@pytest.fixture
def pages() -> Iterator[Pages]:
    made = Pages(settings=WebSettings(memory_mib=MEMORY_MIB, questions=10_000))
    gc.collect()
    tracemalloc.start()
    yield made
    tracemalloc.stop()


def test_a_site_that_is_told_far_too_much_stays_within_its_memory(pages: Pages) -> None:
    for record in flood():
        pages.site.take(record)
    gc.collect()
    taken, _ = tracemalloc.get_traced_memory()

    views = [of for of in gc.get_objects() if isinstance(of, Kept)]
    assert taken < MEMORY_MIB * MiB
    assert taken > 0.6 * MEMORY_MIB * MiB, "there was no flood"
    assert all(view.bytes <= view.bound for view in views)


def test_a_flood_of_one_topic_s_dead_letters_leaves_those_of_another() -> None:
    made = Pages(settings=WebSettings(memory_mib=MEMORY_MIB))
    few = [letter for letter in large.letters(3) if letter.position.topic == topology.QUESTIONS.dead]
    many = (letter for letter in large.letters(200) if letter.position.topic != topology.QUESTIONS.dead)
    for letter in chain(few, many):
        made.site.take(letter)

    assert len([*made.site.dead.letters(topology.QUESTIONS.name)]) == 3
    assert 100 < len([*made.site.dead.letters()]) < 1_000


def test_shares_are_no_more_than_all_there_is() -> None:
    assert sum(PERCENT.values()) <= 100
    assert sum(map(shares(MEMORY_MIB), PERCENT)) <= MEMORY_MIB * MiB


def test_a_message_is_counted_as_large_as_it_is_and_not_twice_as_large() -> None:
    """What several messages share, as words that repeat, is counted for each of them."""
    counted = lies = 0.0
    for topic in FOLLOWED:
        [record] = large.records(topic, 1)
        message = topic.message.model_validate_json(record.value or b"")
        gc.collect()
        tracemalloc.start()
        held: list[Message] = [topic.message.model_validate_json(record.value or b"") for _ in range(20)]
        real = tracemalloc.get_traced_memory()[0] / len(held)
        tracemalloc.stop()
        counted, lies = counted + size_of(message), lies + real
        assert real <= size_of(message), topic.name
    assert counted < 2 * lies


def test_what_alone_takes_more_than_all_may_is_not_kept() -> None:
    held = Kept[str, int](10, 10_000)
    held.put("small", 1, 100)
    held.put("large", 2, 11_000)

    assert [*held] == []
    assert held.bytes == 0


def test_a_key_is_counted_too() -> None:
    held = Kept[str, None](10_000, 1_000_000)
    for number in range(10_000):
        held.put(f"{number:05}" * 200, None)

    assert len(held) < 1_000_000 / (1_000 + kept.BESIDE)
