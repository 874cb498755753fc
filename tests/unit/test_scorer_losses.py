"""What the scorer tells of records that left their topic before it had read them."""

from collections.abc import Iterator
from typing import Any

import pytest

from services.scorer import group
from services.scorer.offsets import Offsets, Place
from services.scorer.settings import ScorerSettings
from shared.kafka import topics
from shared.messages import RecordsLost
from shared.records import RawRecord
from shared.settings import KafkaSettings
from shared.topology import ANSWERS
from tests.builders import a_raw_record

PLACE = Place(ANSWERS.name, 1)


class Reader:
    """A partition that holds the offsets from `low` to 9."""

    def __init__(self, low: int) -> None:
        self.low = low

    def range_of(self, *_: Any) -> tuple[int, int]:
        return self.low, 10

    def read(self, topic: str, partition: int, start: int, end: int) -> Iterator[RawRecord]:
        for offset in range(max(start, self.low), end):
            yield a_raw_record(b"", topic=topic, partition=partition, offset=offset)


def reading(monkeypatch: pytest.MonkeyPatch, low: int) -> tuple[Offsets, list[RecordsLost]]:
    """Offsets over that partition, of which 2 is the next to be handled; and what is written down."""
    told: list[RecordsLost] = []
    monkeypatch.setattr(topics, "RangeReader", lambda *_, **__: Reader(low))
    monkeypatch.setattr(group, "write_down", lambda _, __, loss: told.append(loss))
    offsets = group.offsets(ScorerSettings(), KafkaSettings())
    offsets.begin({PLACE: 2})
    return offsets, told


def handle(offsets: Offsets, delivered: int) -> list[int]:
    """The offsets that are handled once this one was delivered."""
    handled: list[int] = []
    for portion in offsets.portions([a_raw_record(b"", topic=PLACE.topic, partition=1, offset=delivered)]):
        handled += [record.position.offset for record in portion.records]
        offsets.advance(portion.reached)
    return handled


def test_what_is_left_is_handled_and_what_lies_before_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    offsets, told = reading(monkeypatch, low=5)

    assert handle(offsets, 6) == [5, 6]
    assert [(loss.service, loss.topic, loss.partition, loss.first, loss.end) for loss in told] == [
        ("scorer", ANSWERS.name, 1, 2, 5)
    ]


def test_what_the_group_dropped_and_the_topic_still_has_is_no_loss(monkeypatch: pytest.MonkeyPatch) -> None:
    offsets, told = reading(monkeypatch, low=0)

    assert handle(offsets, 6) == [2, 3, 4, 5, 6]
    assert told == []


def test_where_nothing_is_left_all_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    offsets, told = reading(monkeypatch, low=10)
    for portion in offsets.up_to(PLACE, 10):
        offsets.advance(portion.reached)

    assert [(loss.first, loss.end) for loss in told] == [(2, 10)]
    assert offsets.reached == {PLACE: 10}
