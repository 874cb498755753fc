"""How long each prompt of a call may still take."""

import time
from collections.abc import Sequence


class TimeLeft:
    """Counts down from the call on; without limits there is always time."""

    def __init__(self, within_s: Sequence[float] | None) -> None:
        self._started = time.monotonic()
        self._within_s = within_s

    def of(self, place: int) -> float:
        """Seconds that the prompt at this place still has; infinite without a limit."""
        return self._within_s[place] - (time.monotonic() - self._started) if self._within_s else float("inf")

    def over(self, place: int) -> bool:
        """Whether the prompt's time is over."""
        return self.of(place) < 0
