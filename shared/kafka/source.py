"""A consumer group's view of some topics, polled in batches and committed by hand."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from itertools import chain

import structlog

from shared.gaps import Gaps, Place, Tell
from shared.kafka import client, consumed, failover, topics
from shared.kafka.lags import KafkaLags
from shared.lags import Lags
from shared.records import RawRecord
from shared.runner import MOST_ACCEPTED
from shared.settings import KafkaSettings
from shared.topology import AnyTopic

LOOK_S = 3.0
NOTE = "accepted"
log = structlog.get_logger()


def note(accepted: Iterable[int]) -> str:
    """Offsets of accepted records, as they stand beside a committed offset."""
    return " ".join([NOTE, *map(str, accepted)])


def noted(text: str | None) -> tuple[int, ...]:
    """The offsets of such a note; none where something else stands there."""
    first, *offsets = (text or "").split() or [""]
    return tuple(int(offset) for offset in offsets if offset.isdecimal()) if first == NOTE else ()


class KafkaSource:
    """Implements the runner's Source on Kafka. `on_assigned` is called once partitions are ours.

    `linger_s`: how long a record may wait for others that share its batch; for work that takes far longer than that.
    `lost` hears of what was deleted before the group had read it, before anything behind that is given.
    """

    def __init__(
        self,
        settings: KafkaSettings,
        topics: Sequence[AnyTopic],
        group: str,
        on_assigned: Callable[[], None] = lambda: None,
        linger_s: float = 0.0,
        *,
        lost: Tell,
    ) -> None:
        self.topics = topics
        self._group = group
        self._consumer = client.consumer(settings, group)
        self._on_assigned = on_assigned
        self._linger_s = linger_s
        self._held: list[RawRecord] = []
        self._paused = False
        self._settings = settings
        self._accepted: dict[Place, tuple[int, ...]] = {}
        self._starts = partial(consumed.firsts, self._consumer, within_s=LOOK_S)
        self._gaps, self._new = Gaps(self._starts, lost), set[Place]()
        self._consumer.subscribe(
            [topic.name for topic in topics],
            on_assign=self._assigned,
            on_revoke=self._revoked,
            on_lost=self._revoked,
        )

    def poll(self, limit: int, wait_s: float) -> Sequence[RawRecord]:
        """Wait for the first record, then take what else there is: a lone record waits for `linger_s` and no longer."""
        if self._paused:
            self._consumer.resume(self._consumer.assignment())
            self._paused = False
        records, self._held = self._held, []
        records = records or consumed.take(self._consumer, limit, wait_s, self._linger_s)
        if self._new and not self._begun():
            self._held = records
            return []
        self._gaps.passed(records)
        if not records:
            self._gaps.idle()
        return records

    def keep_alive(self) -> None:
        """Poll with everything paused; what slips in after a rebalance is held for the next poll."""
        self._consumer.pause(self._consumer.assignment())
        self._paused = True
        self._held += consumed.raw_records(self._consumer.consume(100, timeout=0))

    def commit(self, records: Sequence[RawRecord], accepted: Sequence[RawRecord] = ()) -> None:
        """Commit past the records; partitions that another member took over are left to it."""
        ends: dict[Place, int] = {}
        for topic, partition, offset in (record.position for record in records):
            ends[topic, partition] = max(ends.get((topic, partition), 0), offset + 1)
        self._learn(ends)
        for topic, partition, offset in (record.position for record in accepted):
            self._accepted[topic, partition] = (*self._accepted[topic, partition], offset)[-MOST_ACCEPTED:]
        offsets = [client.commit_of(place, end, note(self._accepted[place])) for place, end in ends.items()]
        try:
            failover.retried(self._consumer.commit)(offsets=offsets, asynchronous=False)
        except client.KafkaException as error:
            if not client.lost_partition(error):
                raise
            log.info("left to another member", partitions=sorted(ends))

    def accepted_before(self) -> Sequence[RawRecord]:
        """Some of the last records that this group accepted, in all partitions that are ours, if they still stand."""
        ours = [(place.topic, place.partition) for place in self._consumer.assignment()]
        self._learn(ours)
        reader = topics.RangeReader(self._settings)
        try:
            kept = {place: range(*reader.range_of(*place)) for place in ours}
            ranked = [
                (rank, place, at)
                for place in ours
                for rank, at in enumerate(reversed(self._accepted.get(place, ())))
                if at in kept[place]
            ]
            newest = [reader.read(*place, at, at + 1) for _, place, at in sorted(ranked)[:MOST_ACCEPTED]]
            return list(chain.from_iterable(newest))
        finally:
            reader.close()

    def lags(self) -> Callable[[], Lags]:
        return KafkaLags(self._settings, [topic.name for topic in self.topics], [self._group]).look

    def _begun(self) -> bool:
        """Learn from where new partitions are read; not, where the broker does not say: then nothing of them is given.

        Without it, nobody would know whether the first record that comes is the next one.
        """
        try:
            places = self._consumer.committed([client.TopicPartition(*place) for place in self._new], timeout=LOOK_S)
            known = {(place.topic, place.partition): place.offset for place in places if place.offset >= 0}
            self._gaps.adopt(known | self._starts(self._new - known.keys()))
        except (client.KafkaException, ConnectionError):
            return False
        self._accepted |= {(place.topic, place.partition): noted(place.metadata) for place in places}
        self._new.clear()
        return True

    def _learn(self, places: Iterable[Place]) -> None:
        """Ask the broker what was accepted in partitions that are new to us: it stands beside the committed offsets."""
        unknown = [client.TopicPartition(*place) for place in places if place not in self._accepted]
        for place in consumed.committed(self._consumer, unknown):
            self._accepted[place.topic, place.partition] = noted(place.metadata)

    def close(self) -> None:
        self._consumer.close()

    def _assigned(self, consumer: client.Consumer, partitions: list[client.TopicPartition]) -> None:
        consumer.resume(partitions)  # who loses a partition that is paused gets it back paused
        log.info("assigned", partitions=[(p.topic, p.partition) for p in partitions])
        self._new |= {(p.topic, p.partition) for p in partitions}
        self._on_assigned()

    def _revoked(self, _: client.Consumer, partitions: list[client.TopicPartition]) -> None:
        gone = {(p.topic, p.partition) for p in partitions}
        self._new -= gone
        self._gaps.release(gone)
        self._accepted = {place: offsets for place, offsets in self._accepted.items() if place not in gone}
        self._held = [record for record in self._held if record.position[:2] not in gone]
