"""Publishing documents and questions from outside, and waiting until documents can be found.

A document is done when its record was dropped, buried, or became a revision that `news.indexed.v1` announces:
after that, a question published is answered with it findable.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, NamedTuple

from shared import dead_letters, topology
from shared.kafka import topics
from shared.kafka.sink import Delivery, publish
from shared.messages import DocumentIndexed, Message
from shared.records import Position, RawRecord, understood
from shared.settings import KafkaSettings
from shared.stored import Dispositions
from shared.topology import AnyTopic

Fate = Literal["indexed", "dropped", "dead"]
STUCK_S = 10.0


@dataclass(frozen=True)
class Settled:
    """What became of one published document. `freshness_ms`: broker append to announcement, when indexed.

    A retraction is indexed like any revision, and `retracted` says that the document is gone from then on.
    """

    document_id: str
    fate: Fate
    reason: str = ""
    freshness_ms: float | None = None
    retracted: bool = False


class Announced(NamedTuple):
    """The newest announced revision of a document."""

    revision: int
    freshness_ms: float
    retracted: bool


@dataclass(frozen=True)
class Waiting:
    """How many documents wait for ingest to decide on them, and for embedder to announce them."""

    ingest: int
    embedder: int

    def __str__(self) -> str:
        parts = [(self.ingest, "for ingest to take them"), (self.embedder, "for embedder to make them findable")]
        waiting = ", ".join(f"{count} {what}" for count, what in parts if count)
        return f"{self.ingest + self.embedder} documents wait: {waiting}"


@dataclass
class Pending:
    """Documents on their way, and the rules by which they arrive; knows no broker."""

    by_position: dict[Position, str] = field(default_factory=dict)
    revisions: dict[Position, int] = field(default_factory=dict)
    indexed: dict[str, Announced] = field(default_factory=dict)

    @property
    def waiting(self) -> Waiting:
        """Where the documents are that are on their way."""
        return Waiting(ingest=len(self.by_position) - len(self.revisions), embedder=len(self.revisions))

    def announced(self, record: RawRecord) -> None:
        """Take in one announcement of `news.indexed.v1`."""
        for _, message in understood(DocumentIndexed, [record]):
            freshness_ms = (record.appended_at - message.appended_at).total_seconds() * 1000
            known = self.indexed.get(message.document_id)
            if known is None or message.revision >= known.revision:
                self.indexed[message.document_id] = Announced(message.revision, freshness_ms, message.retracted)

    def buried(self, record: RawRecord) -> Iterator[Settled]:
        """Take in one dead letter of documents or of chunks."""
        reason = dead_letters.reason(record.headers)
        origin, key = dead_letters.origin(record.headers), (record.key or b"").decode(errors="replace")
        for position, document_id in list(self.by_position.items()):
            of_chunks = origin is not None and origin.topic == topology.CHUNKS.name and document_id == key
            if position == origin or of_chunks:
                yield self._settle(position, "dead", reason)

    def decided(self, dispositions: Dispositions) -> Iterator[Settled]:
        """Ask the store about those that nothing is known of, then settle what has been announced."""
        unknown = [position for position in self.by_position if position not in self.revisions]
        for position, disposition in dispositions.of(unknown).items():
            if disposition.outcome == "dropped":
                yield self._settle(position, "dropped", disposition.reason)
            else:
                self.revisions[position] = disposition.revision
        for position, revision in list(self.revisions.items()):
            known = self.indexed.get(self.by_position[position])
            if known is not None and known.revision >= revision:
                settled = self._settle(position, "indexed")
                own = known.revision == revision  # a later one says nothing of this one's way
                yield replace(settled, freshness_ms=known.freshness_ms, retracted=known.retracted) if own else settled

    def _settle(self, position: Position, fate: Fate, reason: str = "") -> Settled:
        self.revisions.pop(position, None)
        return Settled(self.by_position.pop(position), fate, reason)


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

    def send_bytes(self, topic: str, key: bytes | None, value: bytes | None, headers: dict[str, bytes]) -> None:
        """Send a record as it stands."""
        self._delivery.send(topic, key, value, headers)
        self._delivery.flush()

    def wait(
        self,
        within_s: float,
        heard: Callable[[Settled], None] = lambda _: None,
        stuck: Callable[[Waiting], None] = lambda _: None,
    ) -> list[Settled]:
        """Wait until every published document is settled; TimeoutError says how many are not, and what they wait for.

        `stuck` is told whenever nothing was settled for 10 s.
        """
        settled: list[Settled] = []
        deadline, moved = time.monotonic() + within_s, time.monotonic()
        while self.pending.by_position:
            for done in self.settled():
                settled.append(done)
                heard(done)
                moved = time.monotonic()
            if time.monotonic() > deadline:
                raise TimeoutError(f"after {within_s:g} s {self.pending.waiting}")
            if time.monotonic() - moved > STUCK_S:
                stuck(self.pending.waiting)
                moved = time.monotonic()
        return settled

    def close(self) -> None:
        for follower in self._followers.values():
            follower.close()

    def settled(self) -> Iterator[Settled]:
        """What was settled since this was asked last; returns at once."""
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
