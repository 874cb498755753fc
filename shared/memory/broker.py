"""A broker in memory: the same keys, partitions, offsets, groups and dead letters as Kafka, in one process.

It ships with the product so that a pipeline can be tried, and tested, in milliseconds. It holds everything
in memory and serves one thread at a time.
"""

from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Generic, TypeVar
from zlib import crc32

from shared import dead_letters
from shared.gaps import Gaps, Tell, unheard
from shared.lags import Lags
from shared.messages import Message
from shared.records import Effect, Position, RawRecord
from shared.runner import MOST_ACCEPTED
from shared.telemetry import tracing
from shared.topology import AnyTopic

O = TypeVar("O")  # noqa: E741  (O is for outcome)


class MemoryBroker:
    """Topics as lists of records. `now` is the append clock, replaceable by tests."""

    def __init__(self, partitions: int = 2, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self.partitions = partitions
        self.committed: dict[tuple[str, str, int], int] = defaultdict(int)
        self.accepted: dict[str, deque[RawRecord]] = defaultdict(lambda: deque(maxlen=MOST_ACCEPTED))
        self._log: dict[tuple[str, int], list[RawRecord]] = defaultdict(list)
        self._starts: dict[tuple[str, int], int] = defaultdict(int)
        self._now = now

    def append(
        self, topic: str, key: bytes | None, value: bytes | None, headers: dict[str, bytes] | None = None
    ) -> Position:
        """Append one record to the partition of its key."""
        partition = crc32(key or b"") % self.partitions
        records = self._log[topic, partition]
        position = Position(topic, partition, self.end(topic, partition))
        records.append(RawRecord(position, key, value, self._now(), headers or {}))
        return position

    def publish(self, topic: AnyTopic, *messages: Message) -> None:
        """Append messages under their own keys."""
        for message in messages:
            self.append(topic.name, topic.key_of(message).encode(), message.model_dump_json().encode())

    def records(self, topic: str) -> list[RawRecord]:
        """Every record of a topic, partition by partition."""
        return [record for partition in range(self.partitions) for record in self._log[topic, partition]]

    @property
    def topics(self) -> list[str]:
        """Names of all topics that anything was appended to."""
        return sorted({topic for (topic, _), records in self._log.items() if records})

    def messages(self, topic: AnyTopic) -> list[Message]:
        """Every message of a topic, parsed."""
        return [topic.message.model_validate_json(record.value or b"") for record in self.records(topic.name)]

    def after(self, topic: str, partition: int, offset: int) -> Sequence[RawRecord]:
        """What is kept from this offset on."""
        return self._log[topic, partition][max(0, offset - self._starts[topic, partition]) :]

    def delete_before(self, topic: str, partition: int, offset: int) -> None:
        """Delete what lies before an offset, as a topic that is kept by time does with what is old."""
        kept = self.after(topic, partition, offset)
        self._starts[topic, partition] = self.end(topic, partition) - len(kept)
        self._log[topic, partition] = list(kept)

    def starts(self, places: Iterable[tuple[str, int]]) -> dict[tuple[str, int], int]:
        """The first offset that is kept of each partition."""
        return {place: self._starts[place] for place in places}

    def end(self, topic: str, partition: int) -> int:
        """The offset of the next record."""
        return self._starts[topic, partition] + len(self._log[topic, partition])


class MemorySource:
    """A group's view of some topics; a new source of the same group starts at what was committed."""

    def __init__(self, broker: MemoryBroker, topics: Sequence[AnyTopic], group: str, lost: Tell = unheard) -> None:
        self.topics = topics
        self._broker = broker
        self._group = group
        places = [(topic.name, partition) for topic in topics for partition in range(broker.partitions)]
        self._gaps = Gaps(broker.starts, lost)
        known = {place: broker.committed[group, *place] for place in places if (group, *place) in broker.committed}
        self._gaps.adopt(broker.starts(places) | known)
        self._next = {place: broker.committed[group, *place] for place in places}

    def poll(self, limit: int, wait_s: float) -> Sequence[RawRecord]:  # noqa: ARG002 (nothing to wait for)
        taken: list[RawRecord] = []
        for (topic, partition), offset in self._next.items():
            fresh = self._broker.after(topic, partition, offset)[: limit - len(taken)]
            taken.extend(fresh)
            self._next[topic, partition] = fresh[-1].position.offset + 1 if fresh else offset
        self._gaps.passed(taken) if taken else self._gaps.idle()
        return taken

    def keep_alive(self) -> None:
        """There is no group to be thrown out of."""

    def commit(self, records: Sequence[RawRecord], accepted: Sequence[RawRecord] = ()) -> None:
        for record in records:
            where = (self._group, record.position.topic, record.position.partition)
            self._broker.committed[where] = max(self._broker.committed[where], record.position.offset + 1)
        self._broker.accepted[self._group].extend(accepted)

    def accepted_before(self) -> Sequence[RawRecord]:
        return list(self._broker.accepted[self._group])

    def lags(self) -> Callable[[], Lags]:
        from shared.memory.lags import MemoryLags

        return MemoryLags(self._broker, [topic.name for topic in self.topics]).look

    def close(self) -> None:
        """There is nothing to leave."""


class MemorySink(Generic[O]):
    """Publishes what `messages` makes of each outcome, at the flush: what earlier sinks stored is stored by then."""

    def __init__(self, broker: MemoryBroker, topic: AnyTopic, messages: Callable[[O], Iterable[Message]]) -> None:
        self._broker = broker
        self._topic = topic
        self._messages = messages
        self._waiting: list[Effect[O]] = []

    def write(self, effect: Effect[O]) -> None:
        self._waiting.append(effect)

    def flush(self) -> None:
        for effect in self._waiting:
            for message in self._messages(effect.outcome):
                key, value = self._topic.key_of(message), message.model_dump_json().encode()
                headers = tracing.sent(self._topic.name, key, effect.cause.headers)
                self._broker.append(self._topic.name, key.encode(), value, headers)
        self._waiting.clear()


class MemoryDeadLetters:
    """Keeps dead letters on the broker's `<topic>.dead` topics."""

    def __init__(self, broker: MemoryBroker, service: str) -> None:
        self._broker = broker
        self._service = service
        self._waiting: list[dead_letters.Letter] = []

    def bury(self, record: RawRecord, reason: str) -> None:
        self._waiting.append(dead_letters.letter(record, reason, self._service))

    def flush(self) -> None:
        for letter in self._waiting:
            self._broker.append(letter.topic, letter.key, letter.value, letter.headers)
        self._waiting.clear()


class MemoryTail:
    """The twin of `shared/kafka/tail.py`: a topic followed from end to end, without a group."""

    def __init__(self, broker: MemoryBroker, topic: str) -> None:
        self._broker = broker
        self._topic = topic
        self._next = dict.fromkeys(range(broker.partitions), 0)

    def seek(self, offsets: Mapping[int, int]) -> bool:
        ends = self.ends()
        whole = set(offsets) == set(ends) and all(offsets[partition] <= end for partition, end in ends.items())
        self._next = dict(offsets) if whole else dict.fromkeys(ends, 0)
        return whole

    def poll(self, limit: int, wait_s: float) -> Sequence[RawRecord]:  # noqa: ARG002 (nothing to wait for)
        taken: list[RawRecord] = []
        for partition, offset in self._next.items():
            fresh = self._broker.after(self._topic, partition, offset)[: limit - len(taken)]
            taken.extend(fresh)
            self._next[partition] = fresh[-1].position.offset + 1 if fresh else offset
        return taken

    def offsets(self) -> Mapping[int, int]:
        return dict(self._next)

    def ends(self) -> Mapping[int, int]:
        partitions = range(self._broker.partitions)
        return {partition: self._broker.end(self._topic, partition) for partition in partitions}
