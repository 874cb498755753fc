"""The calendar of contests as a process follows it: complete at each look."""

import time
from collections.abc import Mapping, Sequence
from typing import Protocol

import structlog

from shared.access import FAILOVER_S
from shared.contests.calendar import Calendar
from shared.messages import ContestAnnounced
from shared.records import RawRecord, understood
from shared.telemetry import metrics

log = structlog.get_logger()


class Tail(Protocol):
    """The topic of contests, followed from its first record to its end."""

    def seek(self, offsets: Mapping[int, int]) -> bool: ...
    def poll(self, limit: int, wait_s: float) -> Sequence[RawRecord]: ...
    def offsets(self) -> Mapping[int, int]: ...
    def ends(self) -> Mapping[int, int]: ...


class Contests:
    """Whoever handles a question looks first: what was announced before the question was asked is known then."""

    def __init__(self, tail: Tail) -> None:
        self._tail = tail
        self._calendar = Calendar()
        metrics.CONTEST.now(self._calendar.before.label)
        tail.seek({})

    def look(self) -> Calendar:
        """Everything announced before the call; raises ConnectionError where the topic cannot be read to its end."""
        ends, until = self._tail.ends(), time.monotonic() + FAILOVER_S
        while any(self._tail.offsets().get(partition, 0) < end for partition, end in ends.items()):
            if time.monotonic() > until:
                raise ConnectionError(f"the contests could not be read to their end within {FAILOVER_S:g} s")
            for record in self._tail.poll(100, 0.1):
                self._take(record)
        return self._calendar

    def _take(self, record: RawRecord) -> None:
        for _, announcement in understood(ContestAnnounced, [record]):
            contest = announcement.contest
            self._calendar = self._calendar.announced(contest, record.appended_at)
            metrics.CONTEST.now(self._calendar.entries[-1].contest.label)
            log.info("contest announced", contest=contest.label, arms=contest.arm_names)
