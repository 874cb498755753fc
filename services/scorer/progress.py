"""How far the group has come, seen from outside: what the broker says is committed, and where the topics end.

Asked of the broker and not of the consumer, so that a consumer, a processing loop or a commit that stands still
shows whatever the cause.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from services.scorer.offsets import Place
from shared.access import UnreachableError
from shared.kafka import client, consumed
from shared.kafka.client import KafkaException
from shared.settings import KafkaSettings

ASK_S = 10.0


class StalledError(RuntimeError):
    """There is something to read and nothing is being finished."""


class Reach(NamedTuple):
    """The next offset to be handled, and the offset after the last record."""

    committed: int
    end: int


class Progress:
    """Asks the broker how far the group is; not a member of it."""

    def __init__(self, settings: KafkaSettings, group: str, topics: Sequence[str]) -> None:
        self._consumer = client.consumer(settings, group)
        self._reader = client.reader(settings, uncommitted=True)  # ends as the group sees them, transactions or not
        self._topics = topics

    def of(self, partitions: Collection[int]) -> dict[Place, Reach]:
        """Where every topic's partitions stand; raises UnreachableError when the broker does not answer."""
        places = [client.TopicPartition(topic, number) for topic in self._topics for number in sorted(partitions)]
        try:
            committed = self._consumer.committed(places, timeout=ASK_S) if places else []
            return {Place(place.topic, place.partition): self._reach(place) for place in committed}
        except KafkaException as error:
            raise UnreachableError(f"the broker does not say how far we are: {error}") from error

    def close(self) -> None:
        self._consumer.close()
        self._reader.close()

    def _reach(self, place: client.TopicPartition) -> Reach:
        """Where nothing is committed, or the topic was made anew, the first record that stands is the next.

        What is committed may lie before the first record: what was between them was deleted unread, and whoever reads
        on from there tells of it.
        """
        low, high = consumed.kept(self._reader, place, ASK_S)
        return Reach(place.offset if 0 <= place.offset <= high else low, high)


def read_through(reaches: Mapping[Place, Reach]) -> set[int]:
    """The partitions of which every topic was finished up to the end that the broker named."""
    unread = {place.partition for place, reach in reaches.items() if reach.committed < reach.end}
    return {place.partition for place in reaches} - unread


def refuse_made_anew(reached: Mapping[Place, int], reaches: Mapping[Place, Reach]) -> None:
    """Raise StalledError where a topic ends before what was handled of it: what comes now would pass for handled."""
    for place, offset in reached.items():
        if place in reaches and reaches[place].end < offset:
            raise StalledError(
                f"{place.topic}[{place.partition}] ends at offset {reaches[place].end}, and {offset} was reached: "
                "it was deleted and made anew, and is read from its beginning after a restart"
            )


@dataclass
class Watch:
    """Notices a broker that is silent, or a partition that stands still, for too long. Times are in seconds."""

    silence_s: float
    again_s: float
    stall_s: float
    settle_s: float
    _heard: float = field(default=0.0, init=False)
    _waiting: float | None = field(default=None, init=False)
    _moved: dict[Place, tuple[int, float]] = field(default_factory=dict, init=False)
    _again: set[Place] = field(default_factory=set, init=False)

    def restart(self, at: float) -> None:
        """Begin anew, after a start or a rebalance."""
        self._heard = at
        self._waiting = None
        self._moved.clear()
        self._again.clear()

    def unsettled(self, at: float) -> None:
        """The broker answers, but our partitions are not settled; raises StalledError when that lasts too long."""
        self._heard = at
        self._waiting = at if self._waiting is None else self._waiting
        if at - self._waiting > self.settle_s:
            raise StalledError(f"no partitions settled for {self.settle_s:g} s: a recovery or a rebalance hangs")

    def silent(self, error: UnreachableError, at: float) -> None:
        """The broker did not answer; raises UnreachableError when that has lasted too long."""
        if at - self._heard > self.silence_s:
            raise UnreachableError(f"no answer from the broker for {self.silence_s:g} s: {error}") from error

    def heard(self, reaches: Mapping[Place, Reach], at: float, *, idle: bool = False) -> dict[Place, int]:
        """The broker answered; raises StalledError when an unread partition has not moved for too long.

        Returns up to what offset to read, whatever is delivered: partitions that have stood still for a while though
        nothing is in hand (`idle`), each once. Faust may fetch a record while it rebalances and never pass it on.
        """
        self._heard = at
        for place, reach in reaches.items():
            if reach.committed != self._moved.get(place, (-1, at))[0] or reach.committed >= reach.end:
                self._moved[place] = (reach.committed, at)
                self._again.discard(place)
        still = {place: at - since for place, (_, since) in self._moved.items() if place in reaches}
        self._refuse_stalled(reaches, still)
        again = {place for place, stood in still.items() if idle and stood > self.again_s} - self._again
        self._again |= again
        return {place: reaches[place].end for place in again}

    def _refuse_stalled(self, reaches: Mapping[Place, Reach], still: Mapping[Place, float]) -> None:
        for place, stood in still.items():
            if stood > self.stall_s:
                raise StalledError(
                    f"{place.topic}[{place.partition}] stands at offset {reaches[place].committed} of "
                    f"{reaches[place].end} for {stood:.0f} s: nothing is being finished"
                )
