"""A consumer group on a real broker whose partitions go to another member and come back."""

from contextlib import closing
from dataclasses import replace
from uuid import uuid4

import pytest

from shared.kafka import creation
from shared.kafka.bus import KafkaBus
from shared.kafka.sink import KafkaSink
from shared.messages import DocumentPublished
from shared.records import Effect
from shared.settings import KafkaSettings
from shared.topology import DOCUMENTS
from tests.builders import a_document, a_raw_record

pytestmark = pytest.mark.e2e
PATIENCE = 60


def test_partitions_that_went_while_the_group_was_kept_alive_are_read_when_they_come_back(kafka: KafkaSettings) -> None:
    topic = replace(DOCUMENTS, name=f"contract.{uuid4()}")
    creation.make(kafka, [topic])
    bus = KafkaBus(kafka, topic.name)
    sink: KafkaSink[DocumentPublished] = bus.sink(topic, lambda made: [made])
    every, read = set(range(kafka.partitions)), set[int]()

    def publish() -> None:
        for number in range(20 * kafka.partitions):
            sink.write(Effect[DocumentPublished](a_document(document_id=f"{number}"), a_raw_record(b"")))
        sink.flush()

    with closing(bus.source([topic])) as stays:
        publish()
        for _ in range(PATIENCE):
            read |= {record.position.partition for record in stays.poll(100, 1.0)}
            if read == every:
                break
        with closing(bus.source([topic])) as passing:
            for _ in range(PATIENCE):
                stays.keep_alive()
                if passing.poll(100, 1.0):
                    break
            stays.poll(100, 1.0)
        publish()
        read.clear()
        for _ in range(PATIENCE):
            read |= {record.position.partition for record in stays.poll(100, 1.0)}
            if read == every:
                break

    assert read == every
