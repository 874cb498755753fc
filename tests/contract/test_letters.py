"""Dead letters read by their places and sent as they stand: memory and Kafka keep the same promises."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple
from uuid import uuid4

import pytest

from shared.kafka import creation, topics
from shared.kafka.letters import KafkaLetters
from shared.kafka.sink import Delivery
from shared.lab.resending.sending import Carrier
from shared.memory.broker import MemoryBroker
from shared.memory.letters import MemoryLetters
from shared.records import Position, RawRecord
from shared.settings import KafkaSettings
from shared.topology import DOCUMENTS, AnyTopic


class Post(NamedTuple):
    """A broker with a topic of its own, as whoever sends letters again sees it."""

    topic: AnyTopic
    carrier: Carrier
    append: Callable[[str, Sequence[bytes]], None]
    read: Callable[[str], list[RawRecord]]


@pytest.fixture(params=["memory", *(pytest.param(of, marks=pytest.mark.e2e) for of in ("kafka", "prefixed_kafka"))])
def post(request: pytest.FixtureRequest) -> Iterator[Post]:
    topic = replace(DOCUMENTS, name=f"contract.{uuid4()}")
    if request.param == "memory":
        broker = MemoryBroker()

        def append(name: str, keys: Sequence[bytes]) -> None:
            for key in keys:
                broker.append(name, key, b"value of " + key, {"h": key})

        yield Post(topic, MemoryLetters(broker), append, broker.records)
        return
    settings: KafkaSettings = request.getfixturevalue(request.param)
    creation.make(settings, [topic])
    delivery, carrier = Delivery(settings, "contract"), KafkaLetters(settings, "contract")

    def send(name: str, keys: Sequence[bytes]) -> None:
        for key in keys:
            delivery.send(name, key, b"value of " + key, {"h": key})
        delivery.flush()

    yield Post(topic, carrier, send, lambda name: list(topics.read_all(settings, name)))
    carrier.close()


def test_letters_are_read_whole_by_their_places_and_those_that_are_not_there_are_left_out(post: Post) -> None:
    post.append(post.topic.dead, [f"d-{at}".encode() for at in range(40)])
    there = post.read(post.topic.dead)
    wanted = there[1::3]
    beyond = Position(post.topic.dead, 0, 10_000)
    read = {record.position: record for record in post.carrier.read([*(of.position for of in wanted), beyond])}

    assert {place: (of.key, of.value, dict(of.headers)) for place, of in read.items()} == {
        of.position: (of.key, of.value, dict(of.headers)) for of in wanted
    }


def test_what_was_sent_and_flushed_is_there_with_key_value_and_headers(post: Post) -> None:
    post.append(post.topic.dead, [b"d-1", b"d-2"])
    for record in post.carrier.read([of.position for of in post.read(post.topic.dead)]):
        post.carrier.send(post.topic.name, record, {"mine": b"1"})
    post.carrier.flush()

    sent = {(of.key, of.value, tuple(of.headers.items())) for of in post.read(post.topic.name)}
    assert sent == {(b"d-1", b"value of d-1", (("mine", b"1"),)), (b"d-2", b"value of d-2", (("mine", b"1"),))}
