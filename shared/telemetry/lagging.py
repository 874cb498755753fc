"""How far a process's group is behind, looked at every so often from beside its work, and shown as metrics.

A group that commits nothing for minutes, though records wait, stands still: that is an alarm, and no reason to be
restarted. The broker is asked and not the consumer: work that hangs, a consumer that gets nothing and a commit that
fails all show, whatever the cause.
"""

import threading
import time
from collections.abc import Callable
from datetime import timedelta

import structlog

from shared.lags import Behind, Lags
from shared.telemetry import health, metrics

EVERY_S = 15.0
"""Between two looks, which cost the broker five short requests."""
STILL_S = 300.0
"""A batch of a language model on a processor may take minutes."""
log = structlog.get_logger()
Look = Callable[[], Lags]


class LagWatch:
    """Tells of one group. `look` asks anew at each call and may raise ConnectionError. `clock` never goes back."""

    def __init__(self, group: str, look: Look, clock: Callable[[], float] = time.monotonic) -> None:
        self.group = group
        self._look = look
        self._clock = clock
        self._away = False
        self._moved: dict[str, tuple[int, float]] = {}
        self._standing: dict[str, tuple[int, float]] = {}
        health.alarm(group, "stands still", self.alarm)

    def once(self) -> None:
        """Look, and show what is seen; what was seen last stays while the broker does not say."""
        try:
            lags = self._look()
        except ConnectionError as error:
            if not self._away:
                log.warning("the broker does not say how far the group is", reason=str(error))
            self._away = True
            return
        self._away = False
        for behind in lags.behind:
            if behind.group == self.group:
                self._show(behind, lags)
                self._watch(behind, lags)
        metrics.STANDS_STILL.of(self.group).set(bool(self._standing))

    def alarm(self) -> str:
        """What an operator must know, or ""."""
        return "; ".join(
            f"none of the {records} records of {topic} that wait has been committed for {seconds / 60:.0f} minutes: "
            "the log says what it does"
            for topic, (records, seconds) in sorted(self._standing.items())
        )

    def _watch(self, behind: Behind, lags: Lags) -> None:
        """Whether the group has moved on a topic since an earlier look; where nothing waits it need not."""
        reached = sum(offset for place, offset in lags.committed.items() if place[:2] == (behind.group, behind.topic))
        before, since = self._moved.get(behind.topic, (-1, 0.0))
        if not behind.records or reached != before:
            self._moved[behind.topic] = reached, self._clock()
            self._standing.pop(behind.topic, None)
        elif (seconds := self._clock() - since) > STILL_S:
            self._standing[behind.topic] = behind.records, seconds

    def _show(self, behind: Behind, lags: Lags) -> None:
        metrics.LAG_RECORDS.of(behind.group, behind.topic).set(behind.records)
        age = lags.at - behind.oldest_at if behind.oldest_at else timedelta(0)
        if behind.oldest_at or not behind.records:  # else its age could not be read in time
            metrics.LAG_SECONDS.of(behind.group, behind.topic).set(max(0.0, age.total_seconds()))


def follow(watch: LagWatch, stopping: threading.Event) -> None:
    """Look from time to time in a thread of its own, until told to stop."""

    def looking() -> None:
        while not stopping.wait(EVERY_S):
            watch.once()

    threading.Thread(target=looking, name="lag", daemon=True).start()
