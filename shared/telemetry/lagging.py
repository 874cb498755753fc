"""How far a process's group is behind, looked at every so often from beside its work, and shown as metrics.

The broker is asked and not the consumer: work that hangs, a consumer that gets nothing and a commit that fails all
show, whatever the cause.
"""

import threading
from collections.abc import Callable
from datetime import timedelta

import structlog

from shared.lags import Behind, Lags
from shared.telemetry import metrics

EVERY_S = 15.0
"""Between two looks, which cost the broker five short requests."""
log = structlog.get_logger()
Look = Callable[[], Lags]


class LagWatch:
    """Tells of one group. `look` asks anew at each call and may raise ConnectionError."""

    def __init__(self, group: str, look: Look) -> None:
        self.group = group
        self._look = look
        self._away = False

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
