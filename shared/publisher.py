"""Publishing documents and questions from outside, and waiting until documents can be found.

A document is done when its record was dropped, buried, or became a revision that `news.indexed.v1` announces:
after that, a question published is answered with it findable.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from shared import dead_letters, topology
from shared.kafka import topics
from shared.kafka.sink import Delivery, publish
from shared.messages import DocumentIndexed, Message
from shared.records import Position, RawRecord
from shared.settings import KafkaSettings
from shared.stored import Dispositions
from shared.topology import AnyTopic

Fate = Literal["indexed", "dropped", "dead"]


@dataclass(frozen=True)
class Settled:
    """What became of one published document. `freshness_ms`: broker append to announcement, when indexed."""

    document_id: str
    fate: Fate
    reason: str = ""
    freshness_ms: float | None = None


@dataclass
class Pending:
    """Documents on their way, and the rules by which they arrive; knows no broker."""

    by_position: dict[Position, str] = field(default_factory=dict)
    revisions: dict[Position, int] = field(default_factory=dict)
    indexed: dict[str, tuple[int, float]] = field(default_factory=dict)

    def announced(self, record: RawRecord) -> None:
        """Take in one announcement of `news.indexed.v1`."""
        message = DocumentIndexed.model_validate_json(record.value or b"")
        freshness_ms = (record.appended_at - message.appended_at).total_seconds() * 1000
        if message.revision >= self.indexed.get(message.document_id, (0, 0.0))[0]:
            self.indexed[message.document_id] = message.revision, freshness_ms

    def buried(self, record: RawRecord) -> Iterator[Settled]:
        """Take in one dead letter of documents or of chunks."""
        reason = dead_letters.reason(record.headers)
        origin, key = dead_letters.origin(record.headers), (record.key or b"").decode(errors="replace")
        for position, document_id in list(self.by_position.items()):
            of_chunks = origin.topic == topology.CHUNKS.name and document_id == key
            if position == origin or of_chunks:
                yield self._settle(position, "dead", reason)

    def decided(self, dispositions: Dispositions) -> Iterator[Settled]:
        """Ask the store about those that nothing is known of, then settle what has been announced."""
        unknown = [position for position in self.by_position if position not in self.revisions]
        for position, made in dispositions.of(unknown).items():
            if made.outcome == "dropped":
                yield self._settle(position, "dropped", made.reason)
            else:
                self.revisions[position] = made.revision
        for position, revision in list(self.revisions.items()):
            known, freshness_ms = self.indexed.get(self.by_position[position], (0, 0.0))
            if known >= revision:
                yield self._settle(position, "indexed", freshness_ms=freshness_ms if known == revision else None)

    def _settle(self, position: Position, fate: Fate, reason: str = "", freshness_ms: float | None = None) -> Settled:
        self.revisions.pop(position, None)
        return Settled(self.by_position.pop(position), fate, reason, freshness_ms)


class Publisher:
    """Publishes to the public topics. With `dispositions` it can also wait for documents to be findable."""

    def __init__(self, settings: KafkaSettings, name: str, dispositions: Dispositions | None = None) -> None:
        self.pending = Pending()
        self._delivery = Delivery(settings, name, self._stored)
        self._dispositions = dispositions
        watched = (topology.INDEXED.name, topology.DOCUMENTS.dead, topology.CHUNKS.dead) if dispositions else ()
        self._followers: Mapping[str, topics.Follower] = {
            topic: topics.Follower(settings, topic, from_end=True) for topic in watched
        }

    def publish(self, topic: AnyTopic, messages: Iterable[Message]) -> int:
        """Send messages and return how many once the broker has them all."""
        sending = list(messages)
        for message in sending:
            publish(self._delivery, topic, message)
        self._delivery.flush()
        return len(sending)

    def send_bytes(self, topic: str, key: bytes | None, value: bytes, headers: dict[str, bytes]) -> None:
        """Send a record as it stands."""
        self._delivery.send(topic, key, value, headers)
        self._delivery.flush()

    def wait(self, within_s: float, heard: Callable[[Settled], None] = lambda _: None) -> list[Settled]:
        """Wait until every published document is settled; TimeoutError says how many are not."""
        settled: list[Settled] = []
        deadline = time.monotonic() + within_s
        while self.pending.by_position:
            for done in self._settled():
                settled.append(done)
                heard(done)
            if time.monotonic() > deadline:
                raise TimeoutError(f"{len(self.pending.by_position)} documents not findable after {within_s:g} s")
        return settled

    def close(self) -> None:
        for follower in self._followers.values():
            follower.close()

    def _settled(self) -> Iterator[Settled]:
        for topic, follower in self._followers.items():
            while record := follower.poll(0.02 if topic == topology.INDEXED.name else 0.0):
                if topic == topology.INDEXED.name:
                    self.pending.announced(record)
                else:
                    yield from self.pending.buried(record)
        if self._dispositions is not None:
            yield from self.pending.decided(self._dispositions)

    def _stored(self, position: Position, key: bytes | None) -> None:
        if self._dispositions is not None and position.topic == topology.DOCUMENTS.name:
            self.pending.by_position[position] = (key or b"").decode()
