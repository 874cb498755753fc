"""Which accepted records a service is tried on: those that its topics still hold."""

from collections.abc import Iterator
from typing import Any

import pytest

from shared.gaps import unheard
from shared.kafka import client, topics
from shared.kafka.source import KafkaSource, note
from shared.records import RawRecord
from shared.settings import KafkaSettings
from shared.topology import DOCUMENTS
from tests.builders import a_raw_record


class Member:
    """A member of a group beside whose committed offset stand accepted ones from before the topic was made anew."""

    def subscribe(self, *_: Any, **__: Any) -> None: ...
    def assignment(self) -> list[client.TopicPartition]:
        return [client.TopicPartition(DOCUMENTS.name, 0)]

    def committed(self, places: list[client.TopicPartition], **_: Any) -> list[client.TopicPartition]:
        return [client.commit_of((place.topic, place.partition), 9, note((2, 7, 900))) for place in places]


class Reader:
    """A partition that holds the offsets 5 to 9."""

    def __init__(self, _: KafkaSettings) -> None: ...
    def range_of(self, *_: Any) -> tuple[int, int]:
        return 5, 10

    def read(self, topic: str, partition: int, start: int, end: int) -> Iterator[RawRecord]:
        if end > 10:
            raise topics.UnfinishedReadError("no record for 30 s")
        return (a_raw_record(b"", topic=topic, partition=partition, offset=at) for at in range(start, end))

    def close(self) -> None: ...


def test_what_the_topic_holds_no_more_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "consumer", lambda *_: Member())
    monkeypatch.setattr(topics, "RangeReader", Reader)
    source = KafkaSource(KafkaSettings(), [DOCUMENTS], "ingest", lost=unheard)

    assert [record.position.offset for record in source.accepted_before()] == [7]
