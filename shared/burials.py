"""What becomes of records that cannot be handled: each is buried with its reason, and many are made known.

However much poison strangers send, it stops nothing. It raises an alarm: a log line, a metric and a note on `/ready`.
What stops a service is its own fault, which a test on records that were handled before shows.
"""

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

import structlog

from shared import observe
from shared.records import KEY, RawRecord, bounded, key_of
from shared.telemetry import metrics

WINDOW_S, STEP_S = 300.0, 5.0
"""How far back a share looks, and how finely it forgets, in seconds."""
ALARM_SHARE, ALARM_LEAST = 0.1, 20
"""The share of dead letters that raises the alarm, where at least so many records are dead."""
TEST_AFTER = 100
log = structlog.get_logger()


class OwnFaultError(RuntimeError):
    """The service cannot handle what was handled before: its version or its settings are wrong."""


class DeadLetters(Protocol):
    """Keeps what could not be handled, byte for byte, until a person replays it."""

    def bury(self, record: RawRecord, reason: str) -> None: ...
    def flush(self) -> None: ...


@dataclass
class _Step:
    """A few seconds of records."""

    began: float
    dead: int = 0
    handled: int = 0


class DeadShare:
    """Which share of the newest records died. `clock` gives seconds that never go back."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._steps: deque[_Step] = deque(maxlen=round(WINDOW_S / STEP_S) + 1)

    def add(self, *, dead: int = 0, handled: int = 0) -> None:
        """Count records that have just met their fate."""
        now = self._clock()
        if not self._steps or now - self._steps[-1].began >= STEP_S:
            self._steps.append(_Step(now))
        self._steps[-1].dead += dead
        self._steps[-1].handled += handled

    def share(self) -> float:
        """Between 0 and 1; 0 where there were no records."""
        dead, handled = self._sums()
        return dead / max(dead + handled, 1)

    def alarm(self) -> str:
        """What an operator must know, or ""."""
        dead, handled = self._sums()
        if dead < ALARM_LEAST or dead < ALARM_SHARE * (dead + handled):
            return ""
        return (
            f"{dead} of the {dead + handled} records of the last {WINDOW_S / 60:.0f} minutes are dead letters; "
            "look at them with `tiltyard dead-letters list`"
        )

    def _sums(self) -> tuple[int, int]:
        horizon = self._clock() - WINDOW_S
        steps = [step for step in list(self._steps) if step.began > horizon]
        return sum(step.dead for step in steps), sum(step.handled for step in steps)


@dataclass
class Burials:
    """The dead letters of one service.

    `own_fault` gives the reason why the service must end, or "". It is asked after `test_after` deaths in a row, after
    twice as many, after four times as many, and so on.
    """

    service: str
    dead_letters: DeadLetters
    own_fault: Callable[[], str] = str
    test_after: int = TEST_AFTER
    share: DeadShare = field(default_factory=DeadShare)
    _in_a_row: int = field(default=0, init=False)
    _alarmed: bool = field(default=False, init=False)

    def __post_init__(self) -> None:
        observe.watch_dead_share(self.service, self.share.share, self.share.alarm)

    def bury(self, record: RawRecord, reason: str) -> None:
        """Put a record among the dead letters; raises OwnFaultError where the fault is ours."""
        log.warning("buried", position=tuple(record.position), key=bounded(key_of(record), KEY), reason=reason)
        metrics.BURIED.of(self.service, record.position.topic).inc()
        self.dead_letters.bury(record, reason)
        self.share.add(dead=1)
        self._say()
        self._in_a_row += 1
        rounds, rest = divmod(self._in_a_row, self.test_after)
        if rest == 0 and rounds.bit_count() == 1 and (fault := self.own_fault()):
            self.flush()
            raise OwnFaultError(
                f"{fault}; {self._in_a_row} records in a row could not be handled, the last because: {reason}. "
                f"Nothing of this batch is committed. Mend the version or the settings of this service; then look at "
                f"`tiltyard dead-letters list`."
            )

    def handled(self, records: int) -> None:
        """So many records were handled."""
        if records:
            self._in_a_row = 0
            self.share.add(handled=records)
            self._say()

    def flush(self) -> None:
        """Returns once all that was buried is stored."""
        self.dead_letters.flush()

    def _say(self) -> None:
        alarm = self.share.alarm()
        if bool(alarm) != self._alarmed:
            self._alarmed = bool(alarm)
            if alarm:
                log.error("many dead letters", alarm=alarm)
            else:
                log.info("dead letters are few again")
