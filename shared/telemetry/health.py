"""What the probes of a process say: whether its loops turn, and what an operator must know.

A loop that does not turn is what a restart helps against, so that `/live` fails for it alone. A service that stands
still, or buries much, would stand still after a restart too: that is an alarm on `/ready`, whose status stays.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

SILENT_S = 300.0
"""Without a turn of a loop for so long, it hangs: Kafka gives up on its member about as soon."""


class Heartbeats:
    """When each loop of this process turned last. `clock` gives seconds that never go back."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._at: dict[str, float] = {}
        self._lock = threading.Lock()

    def beat(self, loop: str) -> None:
        """The loop turns now."""
        with self._lock:
            self._at[loop] = self._clock()

    @contextmanager
    def beating(self, loop: str) -> Iterator[None]:
        """For as long as the loop runs: once it has ended, it need not turn."""
        self.beat(loop)
        try:
            yield
        finally:
            with self._lock:
                self._at.pop(loop, None)

    def silent(self) -> list[str]:
        """One line for each loop that hangs."""
        with self._lock:
            quiet = {loop: self._clock() - at for loop, at in sorted(self._at.items())}
        return [f"the loop of {loop} has not turned for {s:.0f} s" for loop, s in quiet.items() if s > SILENT_S]


HEARTBEATS = Heartbeats()
"""Of this process."""
_alarms: dict[tuple[str, str], Callable[[], str]] = {}


def alarm(service: str, what: str, said: Callable[[], str]) -> None:
    """Show what `said` returns from now on, unless it is empty; one alarm of each kind for a service."""
    _alarms[service, what] = said


def alarms() -> list[str]:
    """What an operator must know now."""
    return [text for said in list(_alarms.values()) if (text := said())]
