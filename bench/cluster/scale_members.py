"""Several processes of a service in one group: started, settled, ended; and what comes out while they come and go."""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from shared.kafka import client
from shared.kafka.topics import Follower
from shared.records import RawRecord
from shared.settings import KafkaSettings
from tests.kills.run import Process

SETTLED_WITHIN_S, ASK_S = 120.0, 10.0


def processes(service: str, number: int, environment: Mapping[str, str], folder: Path) -> list[Process]:
    """So many of a service, not started."""
    return [Process(f"{service}#{place}", environment, folder, Path.cwd()) for place in range(number)]


@contextmanager
def running(members: Sequence[Process]) -> Iterator[None]:
    """All of them consuming, for as long as the block runs."""
    try:
        for member in members:
            member.start()
        for member in members:
            member.wait_ready()
        yield
    finally:
        for member in members:
            member.end()


def settle(kafka: KafkaSettings, group: str, members: int) -> None:
    """Wait until a group is stable with so many members, each with partitions."""
    admin, name = client.admin(kafka), f"{kafka.group_prefix}-{group}"
    until = time.monotonic() + SETTLED_WITHIN_S
    while True:
        described = admin.describe_consumer_groups([name], request_timeout=ASK_S)[name].result(ASK_S + 1)
        held = [len(member.assignment.topic_partitions) for member in described.members]
        if described.state.name == "STABLE" and len(held) == members and all(held):
            return
        if time.monotonic() > until:
            raise TimeoutError(f"{name} does not settle: {described.state.name}, partitions of members: {held}")
        time.sleep(0.2)


class Outputs:
    """What comes out on a topic from now on, by key."""

    def __init__(self, kafka: KafkaSettings, topic: str) -> None:
        self._follower = Follower(kafka, topic, from_end=True)
        self._follower.poll(1.0)
        self.at: dict[str, float] = {}
        """Key -> when the broker took its first record, in seconds since 1970."""

    def take(self, within_s: float) -> None:
        """Take in what comes for so long."""
        until = time.monotonic() + within_s
        while (left := until - time.monotonic()) > 0:
            if (record := self._follower.poll(min(left, 0.2))) is not None:
                self._note(record)

    def wait_for(self, keys: int, within_s: float) -> None:
        """Take in until there are so many keys; TimeoutError where they do not come."""
        until = time.monotonic() + within_s
        while len(self.at) < keys:
            self.take(0.2)
            if time.monotonic() > until:
                raise TimeoutError(f"{len(self.at)} of {keys} came within {within_s:g} s")

    def close(self) -> None:
        self._follower.close()

    def _note(self, record: RawRecord) -> None:
        self.at.setdefault((record.key or b"").decode(), record.appended_at.timestamp())
