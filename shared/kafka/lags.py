"""How far groups are behind on topics, seen from outside and without joining one."""

import time
from collections.abc import Collection, Mapping
from datetime import UTC, datetime

import stamina

from shared.kafka import client, consumed, failover, limits, progress
from shared.lags import Lags, Place, behind
from shared.settings import KafkaSettings

ASK_S, PEEK_S = 3.0, 2.0
Kept = Mapping[tuple[str, int], tuple[int, int]]


class KafkaLags:
    """Asks the broker anew at each look; one thread at a time looks.

    `groups`: of these alone, and of all partitions, also those of which they have committed nothing yet.
    """

    def __init__(self, settings: KafkaSettings, topics: Collection[str], groups: Collection[str] | None = None) -> None:
        self._settings, self._topics, self._groups = settings, topics, groups
        self._asker = client.admin(settings)
        self._peeker = client.reader(settings, uncommitted=True, ahead=1)
        self._readers = dict[str, client.Consumer]()

    def look(self) -> Lags:
        """As of now. Raises ConnectionError where the broker does not say."""
        for reader in self._readers.values():
            reader.poll(0)  # what it has to say waits for that
        known = progress.groups(self._asker, self._settings, ASK_S)
        if self._groups is not None:
            known = {group: works for group, works in known.items() if group in self._groups}
        for gone in self._readers.keys() - known.keys():
            self._readers.pop(gone).close()
        try:
            committed = self._committed(known, self._partitions())
            kept = self._kept({place[1:] for place in committed})
            waiting = {place: max(offset, kept[place[1:]][0]) for place, offset in committed.items()}
            waiting = {place: offset for place, offset in waiting.items() if offset < kept[place[1:]][1]}
            oldest = self._oldest(waiting)
        except (client.KafkaException, TimeoutError) as error:
            raise ConnectionError(f"the broker does not say how far services are: {error}") from error
        at_work = frozenset(group for group, works in known.items() if works)
        return Lags(datetime.now(UTC), behind(committed, kept, oldest), committed, at_work)

    def _partitions(self) -> list[client.TopicPartition]:
        known = self._asker.list_topics(timeout=ASK_S).topics
        there = sorted(set(self._topics) & set(known))
        return [client.TopicPartition(topic, partition) for topic in there for partition in known[topic].partitions]

    def _committed(self, groups: Collection[str], of: list[client.TopicPartition]) -> dict[Place, int]:
        """Where each group is in each of its partitions; from the beginning where it was asked for by name."""
        from_beginning = self._groups is not None
        return {
            Place(group, place.topic, place.partition): max(0, place.offset)
            for group in groups
            for place in self._reader_of(group).committed(of, timeout=ASK_S)
            if place.offset >= 0 or from_beginning
        }

    def _reader_of(self, group: str) -> client.Consumer:
        """It only asks. The library's admin client, asked of a group, ends the process where the broker breaks off."""
        if group not in self._readers:
            self._readers[group] = client.consumer(self._settings, group)
        return self._readers[group]

    @stamina.retry(on=failover.is_leaderless, attempts=2, timeout=None)  # the second time by the leaders of now
    def _kept(self, places: Collection[tuple[str, int]]) -> Kept:
        """First and end offset of each."""
        asked = [client.TopicPartition(*place) for place in sorted(places)]
        if not asked:
            return {}
        found = [limits.offsets(self._asker, asked, which, ASK_S) for which in ("earliest", "latest")]
        return {place: (found[0][place], found[1][place]) for place in found[0]}

    def _oldest(self, waiting: Mapping[Place, int]) -> dict[Place, datetime]:
        """When the first record that waits at each place was appended; what does not come in time is left out."""
        starts: dict[tuple[str, int], dict[int, list[Place]]] = {}
        for place, offset in waiting.items():
            starts.setdefault(place[1:], {}).setdefault(offset, []).append(place)
        times, until = dict[Place, datetime](), time.monotonic() + PEEK_S
        while starts and time.monotonic() < until:  # groups that stand at different offsets of a partition take turns
            turn = {place: min(offsets) for place, offsets in starts.items()}
            for partition, at in self._peeked(turn, until).items():
                times |= dict.fromkeys(starts[partition].pop(turn[partition]), at)
            starts = {place: offsets for place, offsets in starts.items() if offsets}
        return times

    def _peeked(self, offsets: Mapping[tuple[str, int], int], until: float) -> dict[tuple[str, int], datetime]:
        """When the first record from an offset on was appended, of each partition."""
        self._peeker.assign([client.TopicPartition(*place, offset) for place, offset in offsets.items()])
        times = dict[tuple[str, int], datetime]()
        try:
            while len(times) < len(offsets) and time.monotonic() < until:
                message = self._peeker.poll(0.1)
                if message is not None and message.error() is None:
                    record = consumed.raw_record(message)
                    times.setdefault(record.position[:2], record.appended_at)
        finally:
            self._peeker.unassign()
        return times
