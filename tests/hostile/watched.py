"""A broker and a changelog in memory that look at all that our services write: its size, and whether it reads."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from services.scorer.join import Join
from services.scorer.table import Entry
from shared import dead_letters
from shared.kafka.client import MAX_BYTES
from shared.memory.broker import MemoryBroker
from shared.records import InvalidMessageError, Position, RawRecord, parsed
from shared.topology import TOPICS
from tests.builders import NOON
from tests.hostile.records import HostileRecord, size_of

_TOPICS = {topic.name: topic for topic in TOPICS}
_MOST = {name: topic.max_bytes for name, topic in _TOPICS.items()} | {topic.dead: topic.max_bytes for topic in TOPICS}


class Fates:
    """What became of each record in each service that reads it, and what is wrong; to be looked at after each batch."""

    def __init__(self) -> None:
        self.of: defaultdict[tuple[str, Position], list[str]] = defaultdict(list)
        self.wrong: Counter[str] = Counter()
        self.largest: Counter[str] = Counter()

    def add(self, service: str, position: Position, fate: str) -> None:
        self.of[service, position].append(fate)

    def blame(self, what: str) -> None:
        """Something is wrong; said alike, it is counted together."""
        self.wrong[what] += 1

    def measure(self, topic: str, size: int, most: int) -> None:
        self.largest[topic] = max(self.largest[topic], size)
        if size > most:
            self.blame(f"{topic}: a record larger than its topic takes was written")


class WatchedBroker(MemoryBroker):
    """Holds strangers' records unseen, and looks at ours."""

    def __init__(self, fates: Fates, **options: Any) -> None:
        super().__init__(**options)
        self.fates = fates

    def throw(self, topic: str, record: HostileRecord) -> Position:
        """A stranger's record."""
        return super().append(topic, *record)

    def append(
        self, topic: str, key: bytes | None, value: bytes | None, headers: dict[str, bytes] | None = None
    ) -> Position:
        self.fates.measure(topic, size_of(HostileRecord(key, value, headers or {})), _MOST[topic])
        if topic in _TOPICS:
            self._read_back(topic, key, value)
        elif (origin := dead_letters.origin(headers or {})) is not None:
            self.fates.add(dead_letters.service(headers or {}), origin, "dead")
        else:
            self.fates.blame(f"{topic}: a dead letter does not say where it came from")
        return super().append(topic, key, value, headers)

    def forget(self) -> None:
        """Let go of all that was written; positions stay."""
        for records in self._log.values():
            records[:] = [RawRecord(record.position, None, None, NOON) for record in records]

    def _read_back(self, name: str, key: bytes | None, value: bytes | None) -> None:
        topic = _TOPICS[name]
        try:
            message = parsed(topic.message, value)
        except InvalidMessageError as error:
            self.fates.blame(f"{name}: what was written cannot be read: {str(error)[:150]}")
            return
        if topic.key_of(message).encode() != key:
            self.fates.blame(f"{name}: what was written reads as another key")


class WatchedChangelog:
    """The scorer's changelog: the newest entry of each key stays."""

    def __init__(self, fates: Fates) -> None:
        self._fates = fates
        self._kept: dict[tuple[int, bytes], bytes] = {}

    def append(self, entries: Sequence[Entry]) -> None:
        for partition, key, value in entries:
            self._fates.measure("joins-changelog", size_of(HostileRecord(key, value, {})), MAX_BYTES)
            if value is None:
                self._kept.pop((partition, key), None)
            else:
                self._kept[partition, key] = value

    def read(self, partition: int) -> Iterable[tuple[bytes, bytes | None]]:
        return [(key, value) for (number, key), value in self._kept.items() if number == partition]

    def check(self) -> None:
        """Whether whoever takes over reads every join, and no question is left without its result."""
        for value in self._kept.values():
            try:
                if parsed(Join, value).question is not None:
                    self._fates.blame("joins-changelog: a question has no result long after its deadline")
            except InvalidMessageError as error:
                self._fates.blame(f"joins-changelog: what was written cannot be read: {str(error)[:150]}")
