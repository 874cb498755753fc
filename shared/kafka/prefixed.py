"""The library's consumer and producer for one installation: topics get its prefix on the way to the brokers, and lose
it on the way back. So nothing else knows of it. What is overridden is what is used; a test looks at every method.
"""

from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from shared.installation import Installation
from shared.kafka.confluent import Consumer as LibraryConsumer
from shared.kafka.confluent import KafkaException, Message, TopicPartition
from shared.kafka.confluent import Producer as LibraryProducer

Told = Callable[[Any, list[TopicPartition]], None]


class Consumer(LibraryConsumer):
    """Subscribes, reads and commits by plain names."""

    def __init__(self, options: dict[str, Any], names: Installation) -> None:
        super().__init__(options)
        self._names, self._passwords = names, deque[tuple[str, str]]()

    def set_sasl_credentials(self, username: str, password: str) -> None:
        """At the next call that speaks to a broker: while one thread polls again and again, no other gets in."""
        self._passwords.append((username, password))

    def _renew(self) -> None:
        while self._passwords:
            with suppress(IndexError):  # another thread was first
                super().set_sasl_credentials(*self._passwords.popleft())

    def subscribe(self, topics: list[str], **told: Told) -> None:  # type: ignore[override]
        def heard(tell: Told) -> Told:
            return lambda consumer, places: tell(consumer, plain(places, self._names))

        super().subscribe([self._names.named(topic) for topic in topics], **{on: heard(told[on]) for on in told})

    def poll(self, timeout: float = -1) -> Message | None:
        self._renew()
        message = super().poll(timeout)
        return None if message is None else read(message, self._names)

    def consume(self, num_messages: int = 1, timeout: float = -1) -> list[Message]:
        self._renew()
        return [read(message, self._names) for message in super().consume(num_messages, timeout)]

    def assign(self, partitions: list[TopicPartition]) -> None:
        super().assign(named(partitions, self._names))

    def assignment(self) -> list[TopicPartition]:
        return plain(super().assignment(), self._names)

    def commit(self, *, offsets: list[TopicPartition], asynchronous: bool) -> Any:  # type: ignore[override]
        self._renew()
        return super().commit(offsets=named(offsets, self._names), asynchronous=asynchronous)  # type: ignore[call-overload]

    def committed(self, partitions: list[TopicPartition], timeout: float = -1) -> list[TopicPartition]:
        self._renew()
        found = super().committed(named(partitions, self._names), timeout)
        for place in found:
            if place.error is not None:  # of one place alone; its offset says nothing then
                raise KafkaException(place.error)
        return plain(found, self._names)

    def position(self, partitions: list[TopicPartition]) -> list[TopicPartition]:
        return plain(super().position(named(partitions, self._names)), self._names)

    def offsets_for_times(self, partitions: list[TopicPartition], timeout: float = -1) -> list[TopicPartition]:
        self._renew()
        return plain(super().offsets_for_times(named(partitions, self._names), timeout), self._names)

    def pause(self, partitions: list[TopicPartition]) -> None:
        super().pause(named(partitions, self._names))

    def resume(self, partitions: list[TopicPartition]) -> None:
        super().resume(named(partitions, self._names))

    def get_watermark_offsets(
        self, partition: TopicPartition, timeout: float = -1, cached: bool = False
    ) -> tuple[int, int]:
        self._renew()
        return super().get_watermark_offsets(named([partition], self._names)[0], timeout, cached)

    def list_topics(self, topic: str | None = None, timeout: float = -1) -> Any:
        self._renew()
        return known(super().list_topics, topic, timeout, self._names)


class Producer(LibraryProducer):
    """Sends by plain names, and tells what became of a record by them."""

    def __init__(self, options: dict[str, Any], names: Installation) -> None:
        super().__init__(options)
        self._names = names

    def produce(self, topic: str, *, on_delivery: Callable[[Any, Any], None] | None = None, **record: Any) -> None:  # type: ignore[override]
        def delivered(error: Any, message: Any) -> None:
            on_delivery(error, read(message, self._names))  # type: ignore[misc]  # not called without

        super().produce(self._names.named(topic), on_delivery=delivered if on_delivery else None, **record)


def named(places: Sequence[TopicPartition], names: Installation) -> list[TopicPartition]:
    """As the brokers call them."""
    return [_at(place, names.named(place.topic)) for place in places]


def plain(places: Sequence[TopicPartition], names: Installation) -> list[TopicPartition]:
    """Without what is not ours: a group that others named so may have read other topics."""
    return [_at(place, topic) for place in places if (topic := names.plain(place.topic)) is not None]


def _at(place: TopicPartition, topic: str) -> TopicPartition:
    if topic == place.topic:
        return place
    return TopicPartition(topic, place.partition, place.offset, place.metadata or "")


def read(message: Message, names: Installation) -> Message:
    if names.prefix and (topic := message.topic()) is not None:
        message.set_topic(names.plain(topic))  # type: ignore[attr-defined]  # it is there
    return message


def known(ask: Callable[..., Any], topic: str | None, timeout: float, names: Installation) -> Any:
    """What `ask` tells of the cluster, or of one topic, with our topics alone and by their plain names."""
    told = ask(timeout=timeout) if topic is None else ask(names.named(topic), timeout=timeout)
    told.topics = {name: topic for at, topic in told.topics.items() if (name := names.plain(at)) is not None}
    return told
