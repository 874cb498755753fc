"""The newest dead letters of every topic, and which of them were sent again."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping

from services.web.live.kept import Kept
from services.web.live.shares import Share
from services.web.live.sizes import size_of
from shared import topology
from shared.lab.resending import buried
from shared.lab.resending.buried import LONGEST_KEY, Buried
from shared.lab.resending.groups import Group, grouped
from shared.messages import ActionTaken
from shared.records import Position, RawRecord, bounded

DEAD = next(tuple(topic.dead for topic in step.buried) for step in topology.STEPS if step.service == "web")
NAME = "dead"


class DeadLetters:
    """At most so many of each topic; where all take too much memory, the topic that takes most gives up its oldest.

    `sent`: places of letters that were sent again. One thread takes in, any reads.
    """

    def __init__(self, most: int, sent: Kept[Position, ActionTaken], tell: Callable[[str], None], share: Share) -> None:
        self.sent = sent
        self._tell = tell
        self._most_bytes = share("dead letters")
        self._kept = {name: Kept[Position, _Numbered](most, self._most_bytes) for name in DEAD}
        self._older: Counter[str] = Counter()
        self._taken: Counter[str] = Counter()
        self._numbers = 0

    @property
    def newest(self) -> int:
        """The number of the letter that came last: what comes later has a higher one."""
        return self._numbers

    def start_after(self, left_out: Mapping[str, int]) -> None:
        """Tell how many older letters of each dead-letter topic are kept and not read."""
        self._older.update({name: count for name, count in left_out.items() if name in self._kept})

    def take(self, record: RawRecord) -> None:
        """Take in a record of a dead-letter topic."""
        letter = buried.of(record)
        self._numbers, topic = self._numbers + 1, record.position.topic
        numbered = _Numbered(self._numbers, letter)
        self._kept[topic].put(record.position, numbered, size_of(numbered))
        while sum(kept.bytes for kept in self._kept.values()) > self._most_bytes:
            max(self._kept.values(), key=lambda kept: kept.bytes).drop()
        self._taken[topic] += 1
        self._tell(NAME)

    def of(self, key: str) -> list[Buried]:
        """The letters with this key of all topics, those buried last first."""
        wanted = bounded(key, LONGEST_KEY)
        letters = [letter for letter in self.letters() if letter.key == wanted]
        return sorted(letters, key=lambda letter: (letter.buried_at, letter.position), reverse=True)

    def letter(self, position: Position) -> Buried | None:
        """The letter that lies there; None where it is not among the newest."""
        kept = self._kept.get(position.topic)
        numbered = kept.get(position) if kept is not None else None
        return numbered.letter if numbered else None

    def letters(self, topic: str = "", until: int | None = None) -> Iterator[Buried]:
        """All that came from a topic, or from any; with `until` those that came up to the letter with this number."""
        for name, kept in self._kept.items():
            if topic and name != f"{topic}.dead":
                continue
            yield from (of.letter for of in kept.values() if until is None or of.number <= until)

    def group(self, name: str, until: int | None = None) -> list[Buried]:
        """The letters of one group, those buried last first."""
        letters = [letter for letter in self.letters(until=until) if letter.group == name]
        return sorted(letters, key=lambda letter: (letter.buried_at, letter.position), reverse=True)

    def groups(self, topic: str = "") -> list[Group]:
        """Of one topic, or of all, the largest first."""
        return grouped(self.letters(topic), self.sent)

    def more(self) -> dict[str, int]:
        """Topic -> how many letters it holds beside those here, about: some may have expired since."""
        more = {name: self._older[name] + self._taken[name] - len(kept) for name, kept in self._kept.items()}
        return {name.removesuffix(".dead"): count for name, count in more.items() if count > 0}


class _Numbered:
    """A letter and its number in the order in which letters were taken in."""

    __slots__ = ("letter", "number")

    def __init__(self, number: int, letter: Buried) -> None:
        self.number, self.letter = number, letter
